/*
 * adjusted_names.h: SVG's and MathML's names in their own case, HTML #adjust-svg-attributes, #adjust-mathml-attributes,
 * #adjust-foreign-attributes and the tag names of #parsing-main-inforeign. As html5lib's format writes them: a prefix with a space.
 */
#ifndef AF_TESTS_ADJUSTED_NAMES_H
#define AF_TESTS_ADJUSTED_NAMES_H

#include <string.h>
#include <strings.h>

#include "html/node.h"

static const char *const svg_tags[] = {
    "altGlyph", "altGlyphDef", "altGlyphItem", "animateColor", "animateMotion", "animateTransform", "clipPath",
    "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting",
    "feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR",
    "feGaussianBlur", "feImage", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight",
    "feSpecularLighting", "feSpotLight", "feTile", "feTurbulence", "foreignObject", "glyphRef", "linearGradient",
    "radialGradient", "textPath",
};

static const char *const svg_attributes[] = {
    "attributeName", "attributeType", "baseFrequency", "baseProfile", "calcMode", "clipPathUnits", "diffuseConstant",
    "edgeMode", "filterUnits", "glyphRef", "gradientTransform", "gradientUnits", "kernelMatrix", "kernelUnitLength",
    "keyPoints", "keySplines", "keyTimes", "lengthAdjust", "limitingConeAngle", "markerHeight", "markerUnits",
    "markerWidth", "maskContentUnits", "maskUnits", "numOctaves", "pathLength", "patternContentUnits",
    "patternTransform", "patternUnits", "pointsAtX", "pointsAtY", "pointsAtZ", "preserveAlpha", "preserveAspectRatio",
    "primitiveUnits", "refX", "refY", "repeatCount", "repeatDur", "requiredExtensions", "requiredFeatures",
    "specularConstant", "specularExponent", "spreadMethod", "startOffset", "stdDeviation", "stitchTiles",
    "surfaceScale", "systemLanguage", "tableValues", "targetX", "targetY", "textLength", "viewBox", "viewTarget",
    "xChannelSelector", "yChannelSelector", "zoomAndPan",
};

/* Written and meant; the prefix "xmlns" alone is not in it. */
static const char *const prefixed_attributes[][2] = {
    {"xlink:actuate", "xlink actuate"},
    {"xlink:arcrole", "xlink arcrole"},
    {"xlink:href", "xlink href"},
    {"xlink:role", "xlink role"},
    {"xlink:show", "xlink show"},
    {"xlink:title", "xlink title"},
    {"xlink:type", "xlink type"},
    {"xml:lang", "xml lang"},
    {"xml:space", "xml space"},
    {"xmlns:xlink", "xmlns xlink"},
};

static inline const char *adjusted_tag(const char *name, af_namespace_t space)
{
    for (size_t i = 0; space == AF_NS_SVG && i < sizeof svg_tags / sizeof *svg_tags; i++) {
        if (strcasecmp(name, svg_tags[i]) == 0) {
            return svg_tags[i];
        }
    }
    return name;
}

static inline const char *adjusted_attribute(const char *name, af_namespace_t space)
{
    for (size_t i = 0; space == AF_NS_SVG && i < sizeof svg_attributes / sizeof *svg_attributes; i++) {
        if (strcasecmp(name, svg_attributes[i]) == 0) {
            return svg_attributes[i];
        }
    }
    if (space == AF_NS_MATHML && strcmp(name, "definitionurl") == 0) {
        return "definitionURL";
    }
    for (size_t i = 0; space != AF_NS_HTML && i < sizeof prefixed_attributes / sizeof *prefixed_attributes; i++) {
        if (strcmp(name, prefixed_attributes[i][0]) == 0) {
            return prefixed_attributes[i][1];
        }
    }
    return name;
}

#endif
