/* XML of S3's requests: whatever it is, it is read within its limits or refused; what we write is read again
 * as it was.
 */
#include "base/strbuf.h"
#include "base/utf8.h"
#include "fuzz_input.h"
#include "http/s3/xml_reader.h"
#include "http/s3/xml_writer.h"

enum { ARENA_MAX = 16 * 1024 * 1024, TEXT_MAX = 1024 * 1024 };

static size_t check_element(const struct xml_element *element, size_t depth)
{
    size_t n = 0;
    fuzz_promise(depth <= XML_DEPTH_MAX, "no element is deeper than the limit");
    for (; element; element = element->next) {
        fuzz_promise(element->name.n > 0 && element->text.p, "each element has a name and a text");
        fuzz_promise(utf8_valid(element->name) && utf8_valid(element->text), "names and texts are UTF-8");
        fuzz_promise(!element->child || element->text.n == 0, "texts are in elements without elements");
        n += 1 + check_element(element->child, depth + 1);
    }
    return n;
}

/* What no XML can hold, escaped or not. */
static bool is_writable(struct str text)
{
    struct str rest = text;
    if (!utf8_valid(text))
        return false;
    while (rest.n > 0) {
        uint32_t c = utf8_next(&rest);
        if ((c < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 0xfffe || c == 0xffff)
            return false;
    }
    return true;
}

static void check_written(struct str text, struct arena *arena)
{
    struct strbuf out;
    strbuf_init(&out, TEXT_MAX);
    xml_begin(&out, "Root");
    xml_text(&out, "Key", text);
    xml_etag(&out, "ETag", text);
    xml_close(&out, "Root");
    const struct xml_element *root = xml_read(strbuf_str(&out), arena);
    if (is_writable(text) && !arena->failed) {
        fuzz_promise(root != NULL, "what we write is well-formed");
        fuzz_promise(str_eq(xml_child_text(root, "Key"), text), "a text comes back as it was");
        fuzz_promise(xml_child_text(root, "ETag").n == text.n + 2, "so does an ETag, in its quotes");
    }
    strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    struct arena arena;
    fuzz_input_init(&input, data, n);
    arena_init(&arena, ARENA_MAX);
    struct str text = fuzz_rest(&input);
    const struct xml_element *root = xml_read(text, &arena);
    if (root) {
        fuzz_promise(!root->next, "there is one root");
        fuzz_promise(check_element(root, 1) <= XML_ELEMENTS_MAX, "there are no more elements than the limit");
    }
    check_written(text, &arena);
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
