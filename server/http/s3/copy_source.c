#include "http/s3/copy_source.h"

#include <string.h>

#include "api/uri_text.h"

static const char header[] = "x-amz-copy-source";

static bool bad_source(struct s3_request *s3, struct str value)
{
    return s3_invalid_argument(
        s3, header, value,
        "Copy Source must mention the source bucket and key: /sourcebucket/sourcekey, each URL-encoded.");
}

/* Some clients encode the slashes, too: it is divided when it is decoded. The version is divided off before,
 * for a question mark of the key is encoded. */
bool s3_copy_source_read(struct s3_request *s3, struct s3_copy_source *ret_source)
{
    static const char version[] = "?versionId=";
    struct str value = s3_header(s3, header), path = value, version_id = STR_NONE;
    const char *at = value.n > 0 ? memmem(value.p, value.n, version, strlen(version)) : NULL;
    if (at) {
        path.n = (size_t)(at - value.p);
        version_id = (struct str){ at + strlen(version), value.n - path.n - strlen(version) };
    }
    if (!uri_text_unescape(path, s3->arena, &path) || !uri_text_unescape(version_id, s3->arena, &version_id))
        return bad_source(s3, value);
    if (path.n > 0 && path.p[0] == '/')
        path = (struct str){ path.p + 1, path.n - 1 };
    struct str bucket = str_split(&path, '/');
    if (bucket.n == 0 || path.n == 0)
        return bad_source(s3, value);
    *ret_source = (struct s3_copy_source){ bucket, path, version_id };
    return true;
}
