#include "http/s3/description.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <strings.h>

#include "api/uri_text.h"
#include "base/json.h"
#include "base/utf8.h"
#include "http/s3/xml_writer.h"

enum {
    METADATA_BYTES_MAX = 2048,
    HEADERS_TEXT_MAX = 64 * 1024,
    TAGS_MAX = 10,
    TAG_KEY_MAX = 128,
    TAG_VALUE_MAX = 256,
};

static const struct str metadata_prefix = { "x-amz-meta-", 11 };

/* Kept as they are. */
static const char *const kept[] = { "cache-control", "content-disposition", "content-language", "expires" };

/* Headers that ask for something to be done. `accepted` is what is so anyway; NULL: nothing is. */
static const struct {
    const char *name;
    const char *accepted;
} demands[] = {
    { "x-amz-server-side-encryption", "AES256" },
    { "x-amz-server-side-encryption-aws-kms-key-id", NULL },
    { "x-amz-server-side-encryption-customer-algorithm", NULL },
    { "x-amz-object-lock-mode", NULL },
    { "x-amz-object-lock-legal-hold", "OFF" },
    { "x-amz-object-lock-retain-until-date", NULL },
    { "x-amz-website-redirect-location", NULL },
    { "x-amz-write-offset-bytes", NULL },
};

/* ---- in ---- */

static bool check_demands(struct s3_request *s3)
{
    for (size_t i = 0; i < sizeof demands / sizeof *demands; i++) {
        struct str value = s3_header(s3, demands[i].name);
        if (value.p && (demands[i].accepted == NULL || !str_eq_text(value, demands[i].accepted)))
            return s3_not_implemented(s3, demands[i].name);
    }
    struct str acl = s3_header(s3, "x-amz-acl");
    if (acl.p && !str_eq_text(acl, "private") && !str_eq_text(acl, "bucket-owner-full-control"))
        return s3_refuse(&s3->refusal, S3_ACCESS_CONTROL_LIST_NOT_SUPPORTED);
    return true;
}

static bool add_member(struct s3_request *s3, struct json *json, struct str name, struct str value)
{
    if (!s3_header_name_valid(name))
        return s3_invalid_argument(s3, "x-amz-meta-", STR_NONE,
                                   "A header has no name that a header may have.");
    if (!utf8_valid(value) || !s3_header_value_valid(value))
        return s3_invalid_argument(s3, arena_str(s3->arena, name).p, STR_NONE,
                                   "A header's value is not UTF-8, or has control characters in it.");
    json_key_str(json, name);
    json_string(json, value);
    return true;
}

static struct str lower(struct s3_request *s3, struct str name)
{
    char *text = arena_alloc(s3->arena, name.n + 1);
    for (size_t i = 0; text && i < name.n; i++)
        text[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] | 0x20 : name.p[i]);
    return (struct str){ text, text ? name.n : 0 };
}

static bool is_metadata(struct str name)
{
    return name.n > metadata_prefix.n && strncasecmp(name.p, metadata_prefix.p, metadata_prefix.n) == 0;
}

static bool add_metadata(struct s3_request *s3, struct json *json)
{
    size_t bytes = 0;
    for (size_t i = 0; i < s3->header_all_n; i++) {
        const struct sigv4_pair *header = &s3->headers[i];
        if (!is_metadata(header->name))
            continue;
        bytes += header->name.n - metadata_prefix.n + header->value.n;
        if (!add_member(s3, json, lower(s3, header->name), header->value))
            return false;
    }
    if (bytes <= METADATA_BYTES_MAX)
        return true;
    s3_refuse(&s3->refusal, S3_METADATA_TOO_LARGE);
    s3_refusal_add(&s3->refusal, "Size", arena_printf(s3->arena, "%zu", bytes));
    s3_refusal_add(&s3->refusal, "MaxSizeAllowed", arena_printf(s3->arena, "%d", METADATA_BYTES_MAX));
    return false;
}

/* aws-chunked is how the body came, and is no property of the object. Absent: nothing else is left. */
static struct str content_encoding(struct s3_request *s3)
{
    struct str rest = s3_header(s3, MHD_HTTP_HEADER_CONTENT_ENCODING), kept_words = STR_NONE;
    while (rest.p) {
        struct str word = str_trim(str_split(&rest, ','));
        if (word.n > 0 && !str_eq_nocase(word, STR_LIT("aws-chunked")))
            kept_words =
                arena_printf(s3->arena, "%.*s%s%.*s", STR(kept_words), kept_words.n ? "," : "", STR(word));
    }
    return kept_words;
}

static bool write_headers(struct s3_request *s3, struct json *json)
{
    struct str type = s3_header(s3, MHD_HTTP_HEADER_CONTENT_TYPE);
    struct str encoding = content_encoding(s3);
    if (!add_member(s3, json, STR_LIT("content-type"), type.n > 0 ? type : STR_LIT("binary/octet-stream")) ||
        (encoding.p && !add_member(s3, json, STR_LIT("content-encoding"), encoding)))
        return false;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        struct str value = s3_header(s3, kept[i]);
        if (value.p && !add_member(s3, json, str_from(kept[i]), value))
            return false;
    }
    return add_metadata(s3, json);
}

/* ---- tags ---- */

static bool is_text(struct str text)
{
    return utf8_valid(text) && (text.n == 0 || memchr(text.p, '\0', text.n) == NULL);
}

static bool bad_tag(struct s3_request *s3, const char *why)
{
    return s3_refuse_with(&s3->refusal, s3->arena, S3_INVALID_TAG, "%s", why);
}

/* Tags, one after the other, into a JSON object. */
struct tags {
    struct s3_request *s3;
    struct json json;
    struct str keys[TAGS_MAX];
    size_t n;
};

static bool add_tag(struct tags *tags, struct str key, struct str value)
{
    struct s3_request *s3 = tags->s3;
    if (tags->n == TAGS_MAX)
        return s3_refuse_with(&s3->refusal, s3->arena, S3_BAD_REQUEST,
                              "Object tags cannot be greater than 10");
    if (!is_text(key) || key.n == 0 || utf8_length(key) > TAG_KEY_MAX)
        return bad_tag(s3, "The TagKey you have provided is invalid");
    if (!is_text(value) || utf8_length(value) > TAG_VALUE_MAX)
        return bad_tag(s3, "The TagValue you have provided is invalid");
    for (size_t i = 0; i < tags->n; i++)
        if (str_eq(tags->keys[i], key))
            return bad_tag(s3, "Cannot provide multiple Tags with the same key");
    tags->keys[tags->n++] = key;
    json_key_str(&tags->json, key);
    json_string(&tags->json, value);
    return true;
}

/* "a=1&b=2", each percent-encoded; here a '+' is a blank, as in forms. */
static bool decode_form(struct s3_request *s3, struct str raw, struct str *ret_text)
{
    char *text = arena_alloc(s3->arena, raw.n + 1);
    if (!text)
        return s3_no_memory(s3);
    for (size_t i = 0; i < raw.n; i++)
        text[i] = (char)(raw.p[i] == '+' ? ' ' : raw.p[i]);
    return uri_text_unescape((struct str){ text, raw.n }, s3->arena, ret_text) ||
           s3_invalid_argument(
               s3, "x-amz-tagging", raw,
               "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query "
               "parameters without tag name duplicates.");
}

static bool add_form_tags(struct tags *tags, struct str rest)
{
    while (rest.n > 0) {
        struct str value = str_split(&rest, '&'), key_text = STR_NONE, value_text = STR_NONE;
        struct str key = str_split(&value, '=');
        if (key.n > 0 && (!decode_form(tags->s3, key, &key_text) ||
                          !decode_form(tags->s3, value, &value_text) || !add_tag(tags, key_text, value_text)))
            return false;
    }
    return true;
}

static bool add_xml_tags(struct tags *tags, const struct xml_element *set)
{
    for (const struct xml_element *tag = xml_child(set, "Tag"); tag; tag = xml_next(tag)) {
        struct str key = xml_child_text(tag, "Key"), value = xml_child_text(tag, "Value");
        if (!key.p || !value.p)
            return s3_refuse(&tags->s3->refusal, S3_MALFORMED_XML);
        if (!add_tag(tags, key, value))
            return false;
    }
    return true;
}

/* Absent where there is no tag. */
static bool read_tags(struct s3_request *s3, struct str form, const struct xml_element *set,
                      struct str *ret_tags)
{
    struct strbuf text;
    strbuf_init(&text, HEADERS_TEXT_MAX);
    struct tags tags = { .s3 = s3, .json = json_to(&text) };
    json_object_begin(&tags.json);
    bool ok = set ? add_xml_tags(&tags, set) : add_form_tags(&tags, form);
    json_object_end(&tags.json);
    if (ok && text.failed)
        ok = s3_no_memory(s3);
    if (ok)
        *ret_tags = tags.n > 0 ? arena_str(s3->arena, strbuf_str(&text)) : STR_NONE;
    strbuf_release(&text);
    return ok;
}

bool s3_tags_read(struct s3_request *s3, const struct xml_element *tagging, struct str *ret_tags)
{
    const struct xml_element *set = xml_child(tagging, "TagSet");
    return set ? read_tags(s3, STR_NONE, set, ret_tags) : s3_refuse(&s3->refusal, S3_MALFORMED_XML);
}

bool s3_description_read(struct s3_request *s3, struct s3_description *ret_description)
{
    struct strbuf text;
    if (!check_demands(s3) || !read_tags(s3, s3_header(s3, "x-amz-tagging"), NULL, &ret_description->tags))
        return false;
    strbuf_init(&text, HEADERS_TEXT_MAX);
    struct json json = json_to(&text);
    json_object_begin(&json);
    bool ok = write_headers(s3, &json);
    json_object_end(&json);
    if (ok && text.failed)
        ok = s3_no_memory(s3);
    if (ok)
        ret_description->headers = arena_str(s3->arena, strbuf_str(&text));
    strbuf_release(&text);
    return ok;
}

/* ---- out ---- */

/* NULL: it is no object; what the database holds always is one. */
static cJSON *parse(struct str text)
{
    return text.n > 0 ? cJSON_ParseWithLength(text.p, text.n) : NULL;
}

bool s3_description_add(struct s3_request *s3, struct str headers)
{
    cJSON *object = parse(headers);
    if (!object)
        return s3_refuse(&s3->refusal, S3_INTERNAL_ERROR);
    for (const cJSON *member = object->child; member; member = member->next)
        if (cJSON_IsString(member))
            s3_add(s3, arena_str(s3->arena, str_from(member->string)).p, str_from(member->valuestring));
    cJSON_Delete(object);
    return true;
}

void s3_tags_write(struct s3_request *s3, struct str tags)
{
    cJSON *object = parse(tags);
    xml_open(&s3->xml, "TagSet");
    for (const cJSON *member = object ? object->child : NULL; member; member = member->next) {
        xml_open(&s3->xml, "Tag");
        xml_text(&s3->xml, "Key", str_from(member->string));
        xml_text(&s3->xml, "Value", str_from(member->valuestring));
        xml_close(&s3->xml, "Tag");
    }
    xml_close(&s3->xml, "TagSet");
    cJSON_Delete(object);
}

int s3_tags_count(struct str tags)
{
    cJSON *object = parse(tags);
    int n = object ? cJSON_GetArraySize(object) : 0;
    cJSON_Delete(object);
    return n;
}
