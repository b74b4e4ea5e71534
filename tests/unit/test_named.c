/*
 * test_named.c: :named(), words in an element's names.
 */
#include "select_page.h"

static void test_spellings(void **state)
{
    static const char *const rules[] = {":named(share)", ":named(related-posts)", ":named(newsletter*)"};
    (void) state;
    OPEN(rules);
    af_node_t body = add(0, "body", "");
    expect(add(body, "div", "class=share"), "100");
    expect(add(body, "div", "class=c-share_wide"), "100");
    expect(add(body, "div", "class=topShareBar"), "100");
    expect(add(body, "div", "id=HTMLShare2"), "100");
    expect(add(body, "div", "data-testid=share-tools"), "100");
    expect(add(body, "share-box", ""), "100");
    expect(add(body, "div", "class=shared"), "000");
    expect(add(body, "div", "class=unshare"), "000");
    expect(add(body, "div", "title=share"), "000");
    expect(add(body, "div", "id=related_posts"), "010");
    expect(add(body, "div", "id=RELATED_POSTS"), "010");
    expect(add(body, "div", "class=relatedposts x"), "010");
    expect(add(body, "div", "class=x myRelatedPosts"), "010");
    expect(add(body, "div", "class=related posts"), "000");
    expect(add(body, "div", "class=related-postsx"), "000");
    expect(add(body, "div", "class=newsletterbox"), "001");
    expect(add(body, "div", "class=newsLetter-x"), "001");
    expect(add(body, "div", "class=mynewsletter"), "000");
    expect(add(body, "li", "class=tag-share category-share"), "000");
    expect(add(body, "h2", "id=share"), "000");
    expect(add(body, "h2", "class=share"), "100");
    expect(add(body, "div", "id=how-we-came-to-share-a-house-in-town"), "000");
    close_page();
}

static void test_in_selectors(void **state)
{
    static const char *const rules[] = {"div:named(share, social)", ":named(share):not(:named(button))", ":named(share) > p"};
    (void) state;
    OPEN(rules);
    af_node_t body = add(0, "body", ""), box = add(body, "div", "class=share-box");
    expect(box, "110");
    expect(add(box, "p", ""), "001");
    expect(add(body, "p", "class=social"), "000");
    expect(add(body, "div", "class=social"), "100");
    expect(add(body, "p", "class=share-button"), "000");
    close_page();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spellings), cmocka_unit_test(test_in_selectors)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
