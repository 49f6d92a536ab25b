/* /_iotjobs/session: logging in with an access key, for browsers; who I am; logging out. */
#include <cjson/cJSON.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "http/client_address.h"
#include "http/identify.h"
#include "http/own.h"

/* Of a key that nobody has, so that one that is not known takes as long as one that is. */
#define NO_SECRET "0000000000000000000000000000000000000000"

static const char *role_name(enum access_role role)
{
    switch (role) {
    case ROLE_READ_ONLY: return "read-only";
    case ROLE_OPERATOR: return "operator";
    case ROLE_ADMIN: return "admin";
    }
    return "";
}

static bool check_enforced(struct exchange *x)
{
    return x->http->config.settings->auth == AUTH_ENFORCE ||
           fail(&x->call->err, ERR_STATE_REFUSED,
                "Nobody has to log in here: this server lets anybody do anything (auth = open).");
}

static void write_session(struct json *json, const struct session *session)
{
    json_member_string(json, "csrfToken", str_from(session->csrf));
    json_member_iso(json, "expiresAt", session->expires_ms);
}

/* ---- cookies ---- */

/* Whether a browser would send it over plain HTTP is a question of how it has come; a proxy that speaks HTTPS
 * for us adds Secure itself. */
static bool set_cookie(struct exchange *x, const char *value, long life_s)
{
    bool tls = x->listener->tls;
    x->set_cookie =
        arena_printf(&x->call->arena, SESSION_COOKIE "=%s; Path=/; Max-Age=%ld; HttpOnly; SameSite=Strict%s",
                     value, life_s, tls ? "; Secure" : "")
            .p;
    return x->set_cookie != NULL ||
           fail(&x->call->err, ERR_INTERNAL, "The server is out of memory for this request.");
}

/* ---- logging in ---- */

struct login {
    struct str access_key, secret; /* in `body` */
    cJSON *body;
};

static void wipe_text(const cJSON *item)
{
    if (cJSON_IsString(item))
        explicit_bzero(item->valuestring, strlen(item->valuestring));
}

static void login_release(struct login *login)
{
    wipe_text(cJSON_GetObjectItemCaseSensitive(login->body, "secretKey"));
    cJSON_Delete(login->body);
}

static struct str text_of(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(member) ? str_from(member->valuestring) : STR_NONE;
}

/* False after fail(). To be released. */
static bool read_login(struct exchange *x, struct login *ret_login)
{
    struct str body = strbuf_str(&x->body);
    struct login login = { .body = body.n > 0 && api_json_valid(body) ? cJSON_ParseWithLength(body.p, body.n)
                                                                      : NULL };
    login.access_key = text_of(login.body, "accessKey");
    login.secret = text_of(login.body, "secretKey");
    *ret_login = login;
    return (login.access_key.p != NULL && login.secret.p != NULL) ||
           fail(&x->call->err, ERR_INVALID_REQUEST,
                "The body must be {\"accessKey\":\"…\",\"secretKey\":\"…\"}.");
}

/* In a time that depends neither on whether there is such a key, nor on how much of the secret is right. */
static const struct access_key *judge(const struct access_keys *keys, const struct login *login)
{
    unsigned char given[DIGEST_BYTES_MAX], wanted[DIGEST_BYTES_MAX];
    const struct access_key *key = access_keys_find(keys, login->access_key);
    bool same = digest_of(DIGEST_SHA256, login->secret, given) &&
                digest_of(DIGEST_SHA256, str_from(key != NULL ? key->secret : NO_SECRET), wanted) &&
                digest_equal((struct str){ (const char *)given, SHA256_BYTES },
                             (struct str){ (const char *)wanted, SHA256_BYTES });
    explicit_bzero(given, sizeof given);
    explicit_bzero(wanted, sizeof wanted);
    return same ? key : NULL;
}

static bool refuse_login(struct exchange *x)
{
    const struct denied denied = {
        .principal = STR_LIT("anybody"),
        .action = STR_LIT("iotjobsd:Login"),
        .resource = STR_LIT("*"),
        .reason = "the access key or its secret is wrong",
        .source_ip = exchange_source_ip(x),
    };
    denials_note(x->http->config.denials, &denied);
    return fail(&x->call->err, ERR_UNRECOGNIZED_CLIENT, "The access key or its secret is wrong.");
}

static bool begin_session(struct exchange *x, const struct access_key *key)
{
    char token[SESSION_TOKEN_MAX];
    struct session session;
    if (!sessions_begin(x->http->sessions, key, clock_host_ms(), token, &session))
        return fail(&x->call->err, ERR_INTERNAL, "The server is out of memory for this request.");
    bool ok = set_cookie(x, token, (long)SESSION_LIFE_H * 60 * 60);
    explicit_bzero(token, sizeof token);
    struct json json = json_to(&x->call->reply);
    json_object_begin(&json);
    json_member_string(&json, "accessKey", str_from(session.access_key));
    json_member_string(&json, "role", str_from(role_name(session.role)));
    write_session(&json, &session);
    json_object_end(&json);
    return ok;
}

static bool log_in(struct exchange *x, const struct login *login)
{
    const struct sockaddr *from = client_address(x);
    if (from == NULL || !login_rate_take(x->http->logins, from, clock_host_ms()))
        return fail(&x->call->err, ERR_THROTTLING,
                    "There were too many wrong logins from your address; try again in a minute.");
    const struct access_keys *keys = key_ring_hold(x->http->keys);
    const struct access_key *key = judge(keys, login);
    bool ok = key != NULL ? begin_session(x, key) : refuse_login(x);
    key_ring_let_go(x->http->keys, keys);
    if (ok)
        login_rate_give_back(x->http->logins, from);
    return ok;
}

bool own_login(struct exchange *x)
{
    struct login login = { 0 };
    if (!check_enforced(x))
        return false;
    bool ok = read_login(x, &login) && log_in(x, &login);
    login_release(&login);
    return ok;
}

/* ---- who I am ---- */

bool own_session(struct exchange *x)
{
    const struct principal *principal = &x->call->principal;
    if (!check_enforced(x))
        return false;
    if (principal->kind == PRINCIPAL_NOBODY)
        return fail(&x->call->err, ERR_MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token");
    struct json json = json_to(&x->call->reply);
    json_object_begin(&json);
    if (principal->kind == PRINCIPAL_KEY) {
        json_member_string(&json, "accessKey", principal->access_key);
        json_member_string(&json, "role", str_from(role_name(principal->role)));
    } else {
        json_member_string(&json, "certificateId", principal->certificate_id);
    }
    if (x->session != NULL)
        write_session(&json, x->session);
    json_object_end(&json);
    return true;
}

bool own_logout(struct exchange *x)
{
    if (!check_enforced(x))
        return false;
    if (x->session != NULL)
        sessions_end(x->http->sessions, identify_token(x));
    struct json json = json_to(&x->call->reply);
    json_object_begin(&json);
    json_object_end(&json);
    return set_cookie(x, "", 0);
}
