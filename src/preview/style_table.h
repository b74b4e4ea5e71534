/* Made by tools/gen-preview from tools/preview.css. */
#ifndef AF_PREVIEW_STYLE_TABLE_H
#define AF_PREVIEW_STYLE_TABLE_H

#define AF_PREVIEW_ANCHORS 64u /* marks that the style has a label for */

extern const char *const af_preview_style[]; /* pieces of the style element's text; NULL at the end */
extern const char af_preview_style_hash[];   /* 'sha256-...' with its quotes */

#endif
