/* The XML of S3: what requests carry is read, answers are written. */
#include "support/cmocka_all.h"

#include <string.h>

#include "http/s3/xml_reader.h"
#include "http/s3/xml_writer.h"

enum { ARENA_MAX = 16 * 1024 * 1024, TEXT_MAX = 8 * 1024 * 1024 };

struct world {
    struct arena arena;
    struct strbuf text;
};

static int set_up(void **state)
{
    static struct world world;
    arena_init(&world.arena, ARENA_MAX);
    strbuf_init(&world.text, TEXT_MAX);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    arena_release(&world->arena);
    strbuf_release(&world->text);
    return 0;
}

static const struct xml_element *parse(struct world *world, const char *text)
{
    return xml_read(str_from(text), &world->arena);
}

static void assert_text(struct str text, const char *expected)
{
    assert_non_null(text.p);
    assert_int_equal(text.n, strlen(expected));
    assert_memory_equal(text.p, expected, text.n);
}

/* ---- reading ---- */

static void elements_and_texts_are_found(void **state)
{
    const struct xml_element *root = parse(
        *state, "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a</Key></Object>"
                "<Object><Key>b</Key><VersionId>v</VersionId></Object><Quiet>true</Quiet></Delete>");
    assert_non_null(root);
    assert_text(root->name, "Delete");
    assert_int_equal(xml_count(root, "Object"), 2);
    const struct xml_element *object = xml_child(root, "Object");
    assert_text(xml_child_text(object, "Key"), "a");
    assert_null(xml_child_text(object, "VersionId").p);
    object = xml_next(object);
    assert_text(xml_child_text(object, "Key"), "b");
    assert_text(xml_child_text(object, "VersionId"), "v");
    assert_null(xml_next(object));
    assert_text(xml_child_text(root, "Quiet"), "true");
}

static void an_element_that_is_not_there_has_nothing_in_it(void **state)
{
    const struct xml_element *root = parse(*state, "<A/>");
    assert_null(xml_child(xml_child(root, "B"), "C"));
    assert_null(xml_child_text(xml_child(root, "B"), "C").p);
    assert_int_equal(xml_count(NULL, "C"), 0);
}

static void clients_of_every_dialect_are_understood(void **state)
{
    static const char *const dialects[] = {
        "<T><K>a&amp;b</K></T>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<T>\n  <K>a&amp;b</K>\n</T>\n",
        "<s3:T xmlns:s3=\"urn:x\"><s3:K>a&#38;b</s3:K></s3:T>",
        "<T xmlns=\"urn:y\"><!-- a comment --><K><![CDATA[a&b]]></K><?pi?></T>",
        "<T><K attribute=\"ignored\">a&#x26;<!-- in the middle -->b</K></T>",
        "\xef\xbb\xbf<T><K>a&amp;b</K></T>",
    };
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        const struct xml_element *root = parse(*state, dialects[i]);
        assert_non_null(root);
        assert_text(root->name, "T");
        assert_text(xml_child_text(root, "K"), "a&b");
    }
}

static void blanks_belong_to_texts_and_not_to_words(void **state)
{
    const struct xml_element *root = parse(*state, "<T><K> a b \n</K></T>");
    assert_text(xml_child_text(root, "K"), " a b \n");
    assert_text(xml_child_word(root, "K"), "a b");
}

static void what_is_not_well_formed_is_refused(void **state)
{
    static const char *const broken[] = {
        "",
        "a",
        "<T>",
        "<T></U>",
        "<T/><T/>",
        "<T>&unknown;</T>",
        "<T>\x01</T>",
        "<T>\xff</T>",
        "<T a=b/>",
        "<T>&#0;</T>",
        "<T>&#xffff;</T>",
        "<T/>trailing",
        "<T",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        if (parse(*state, broken[i]) != NULL)
            fail_msg("accepted: %s", broken[i]);
}

static void a_document_type_is_refused_and_no_entity_grows(void **state)
{
    assert_null(parse(*state, "<!DOCTYPE T><T/>"));
    assert_null(parse(*state, "<!DOCTYPE T SYSTEM \"file:///etc/passwd\"><T/>"));
    assert_null(
        parse(*state, "<!DOCTYPE T [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><T>&b;</T>"));
    assert_null(parse(*state, "<!DOCTYPE T [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><T>&x;</T>"));
}

static void depth_is_limited(void **state)
{
    assert_non_null(parse(*state, "<a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a>"));
    assert_null(parse(*state, "<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a>"));
}

static void build(struct world *world, size_t elements)
{
    strbuf_clear(&world->text);
    strbuf_add_text(&world->text, "<T>");
    for (size_t i = 1; i < elements; i++)
        strbuf_add_text(&world->text, "<e/>");
    strbuf_add_text(&world->text, "</T>");
}

static void the_number_of_elements_is_limited(void **state)
{
    struct world *world = *state;
    build(world, XML_ELEMENTS_MAX);
    assert_non_null(xml_read(strbuf_str(&world->text), &world->arena));
    build(world, XML_ELEMENTS_MAX + 1);
    assert_null(xml_read(strbuf_str(&world->text), &world->arena));
}

static void the_largest_completion_fits(void **state)
{
    struct world *world = *state;
    strbuf_add_text(&world->text, "<CompleteMultipartUpload>");
    for (int i = 1; i <= 10000; i++)
        strbuf_printf(
            &world->text,
            "<Part><ETag>&quot;2058fb53f643fcd58a8d83a05542392b&quot;</ETag><PartNumber>%d</PartNumber>"
            "<ChecksumSHA256>ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=</ChecksumSHA256></Part>",
            i);
    strbuf_add_text(&world->text, "</CompleteMultipartUpload>");
    const struct xml_element *root = xml_read(strbuf_str(&world->text), &world->arena);
    assert_int_equal(xml_count(root, "Part"), 10000);
}

static void the_length_is_limited(void **state)
{
    struct world *world = *state;
    strbuf_add_text(&world->text, "<T>");
    while (world->text.n <= XML_BYTES_MAX)
        strbuf_add_text(&world->text, "                                ");
    strbuf_add_text(&world->text, "</T>");
    assert_null(xml_read(strbuf_str(&world->text), &world->arena));
}

static void a_full_arena_is_told(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 256);
    assert_null(xml_read(STR_LIT("<T><a>one</a><a>two</a><a>three</a><a>four</a><a>five</a></T>"), &arena));
    assert_true(arena.failed);
    arena_release(&arena);
}

/* ---- writing ---- */

/* The end of an empty element is told even if its beginning has stopped the reading. */
static void an_empty_element_that_finds_no_memory_is_told(void **state)
{
    (void)state;
    for (size_t ceiling = 0; ceiling < 256; ceiling += 8) {
        struct arena arena;
        arena_init(&arena, ceiling);
        assert_true(xml_read(STR_LIT("<a/>"), &arena) != NULL || arena.failed);
        assert_true(xml_read(STR_LIT("<a><b/></a>"), &arena) != NULL || arena.failed);
        arena_release(&arena);
    }
}

static void texts_are_escaped(void **state)
{
    struct world *world = *state;
    xml_text(&world->text, "Key", STR_LIT("a<b>&\"c'\r\n\t\x01\xc3\xa4"));
    assert_string_equal(world->text.p, "<Key>a&lt;b&gt;&amp;&quot;c'&#xd;\n\t&#x1;\xc3\xa4</Key>");
}

static void what_is_written_is_read_again(void **state)
{
    struct world *world = *state;
    xml_begin(&world->text, "Root");
    xml_text(&world->text, "Key", STR_LIT("a <b> & \"c\" \r ]]> \xf0\x9f\x8c\x8d"));
    xml_number(&world->text, "Size", -5);
    xml_bool(&world->text, "Is", true);
    xml_time(&world->text, "When", 1893456000999);
    xml_etag(&world->text, "ETag", STR_LIT("0f"));
    xml_text_if(&world->text, "Absent", STR_NONE);
    xml_text(&world->text, "Empty", STR_NONE);
    xml_close(&world->text, "Root");
    const struct xml_element *root = xml_read(strbuf_str(&world->text), &world->arena);
    assert_text(xml_child_text(root, "Key"), "a <b> & \"c\" \r ]]> \xf0\x9f\x8c\x8d");
    assert_text(xml_child_text(root, "Size"), "-5");
    assert_text(xml_child_text(root, "Is"), "true");
    assert_text(xml_child_text(root, "When"), "2030-01-01T00:00:00.000Z");
    assert_text(xml_child_text(root, "ETag"), "\"0f\"");
    assert_text(xml_child_text(root, "Empty"), "");
    assert_null(xml_child(root, "Absent"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(elements_and_texts_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_element_that_is_not_there_has_nothing_in_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clients_of_every_dialect_are_understood, set_up, tear_down),
        cmocka_unit_test_setup_teardown(blanks_belong_to_texts_and_not_to_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_well_formed_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_document_type_is_refused_and_no_entity_grows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(depth_is_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_number_of_elements_is_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_largest_completion_fits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_length_is_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_arena_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_element_that_finds_no_memory_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_are_escaped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_written_is_read_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
