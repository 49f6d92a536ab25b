#include "launcher/provision/guide.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

/* As a shell reads it: in single quotes, where it has anything else than what is plain. */
static void add_quoted(struct strbuf *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,";
    if (text[strspn(text, plain)] == '\0') {
        strbuf_add_text(out, text);
        return;
    }
    strbuf_add_char(out, '\'');
    for (const char *c = text; *c != '\0'; c++)
        if (*c == '\'')
            strbuf_add_text(out, "'\\''");
        else
            strbuf_add_char(out, *c);
    strbuf_add_char(out, '\'');
}

static void add_option(struct strbuf *out, const char *option, const char *path)
{
    if (path[0] == '\0')
        return;
    strbuf_printf(out, " %s ", option);
    add_quoted(out, path);
}

static void add_row(struct strbuf *out, const char *name, const char *text)
{
    strbuf_printf(out, "  %-16s %s\n", name, text);
}

static void add_listener(struct strbuf *out, const char *name, const char *host, int64_t port)
{
    bool v6 = strchr(host, ':') != NULL;
    if (port != 0)
        strbuf_printf(out, "  %-16s %s%s%s:%" PRId64 "\n", name, v6 ? "[" : "", host, v6 ? "]" : "", port);
}

static void add_summary(const struct provision *p, const char *host, struct strbuf *out)
{
    strbuf_printf(out, "%s is provisioned.\n", p->thing);
    add_row(out, "Thing name", p->thing);
    add_row(out, "MQTT client id", p->thing);
    strbuf_printf(out, "  %-16s %.*s, ACTIVE\n", "Certificate id", STR(p->certificate_id));
    add_row(out, "Policy", p->policy != NULL ? p->policy : PROVISION_POLICY);
    add_row(out, "Endpoint", host);
    add_listener(out, "MQTT over TLS", host, p->mqtts_port);
    add_listener(out, "HTTPS", host, p->https_port);
    add_row(out, "Certificate", p->files.paths[DEVICE_CERTIFICATE]);
    add_row(out, "Private key", p->files.paths[DEVICE_PRIVATE_KEY]);
    add_row(out, "CA",
            p->files.paths[DEVICE_CA][0] != '\0'
                ? p->files.paths[DEVICE_CA]
                : "the one that signed the server's certificate, which you have");
}

/* Both hear of the jobs; AWS's topics. */
static void add_try(const struct provision *p, const char *host, struct strbuf *out)
{
    const char(*paths)[PATH_MAX] = p->files.paths;
    if (p->mqtts_port != 0) {
        strbuf_printf(out, "\nListen for its jobs:\n  mosquitto_sub -h %s -p %" PRId64, host, p->mqtts_port);
        add_option(out, "--cafile", paths[DEVICE_CA]);
        add_option(out, "--cert", paths[DEVICE_CERTIFICATE]);
        add_option(out, "--key", paths[DEVICE_PRIVATE_KEY]);
        strbuf_printf(out, " -i %s -q 1 -v -t '$aws/things/%s/jobs/notify-next'\n", p->thing, p->thing);
    }
    if (p->https_port != 0) {
        bool v6 = strchr(host, ':') != NULL;
        strbuf_add_text(out, "\nAsk for them:\n  curl");
        add_option(out, "--cacert", paths[DEVICE_CA]);
        add_option(out, "--cert", paths[DEVICE_CERTIFICATE]);
        add_option(out, "--key", paths[DEVICE_PRIVATE_KEY]);
        strbuf_printf(out, " https://%s%s%s:%" PRId64 "/things/%s/jobs\n", v6 ? "[" : "", host, v6 ? "]" : "",
                      p->https_port, p->thing);
    }
}

static void add_member(struct strbuf *out, const char *key, const char *value)
{
    struct json json = json_to(out);
    if (value[0] == '\0')
        return;
    strbuf_printf(out, "  \"%s\": ", key);
    json_string(&json, str_from(value));
    strbuf_add_text(out, ",\n");
}

static void add_device_client(const struct provision *p, const char *host, struct strbuf *out)
{
    strbuf_add_text(
        out, "\nFor the AWS IoT Device Client, in ~/.aws-iot-device-client/aws-iot-device-client.conf:\n{\n");
    add_member(out, "endpoint", host);
    add_member(out, "cert", p->files.paths[DEVICE_CERTIFICATE]);
    add_member(out, "key", p->files.paths[DEVICE_PRIVATE_KEY]);
    add_member(out, "root-ca", p->files.paths[DEVICE_CA]);
    add_member(out, "thing-name", p->thing);
    strbuf_add_text(out, "  \"jobs\": { \"enabled\": true }\n}\n");
    if (p->mqtts_port != 0 && !p->mqtts_443)
        strbuf_printf(out, "It connects to port 443 of the endpoint: forward that to %" PRId64 ".\n",
                      p->mqtts_port);
}

bool guide_write(const struct provision *p, const char *host, struct strbuf *out)
{
    add_summary(p, host, out);
    add_try(p, host, out);
    add_device_client(p, host, out);
    return !out->failed;
}
