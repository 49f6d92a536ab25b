#include "base/certificate_names.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/pem.h"
#include "base/utf8.h"

enum { SUBJECT, ISSUER, SIDES, V4_BYTES = 4, V6_BYTES = 16 };

static const struct {
    int nid;
    const char *keys[SIDES];
} parts[] = {
    { NID_dnQualifier, { "Subject.DistinguishedNameQualifier", "Issuer.DistinguishedNameQualifier" } },
    { NID_countryName, { "Subject.Country", "Issuer.Country" } },
    { NID_organizationName, { "Subject.Organization", "Issuer.Organization" } },
    { NID_organizationalUnitName, { "Subject.OrganizationalUnit", "Issuer.OrganizationalUnit" } },
    { NID_stateOrProvinceName, { "Subject.State", "Issuer.State" } },
    { NID_commonName, { "Subject.CommonName", "Issuer.CommonName" } },
    { NID_serialNumber, { "Subject.SerialNumber", "Issuer.SerialNumber" } },
    { NID_title, { "Subject.Title", "Issuer.Title" } },
    { NID_surname, { "Subject.Surname", "Issuer.Surname" } },
    { NID_givenName, { "Subject.GivenName", "Issuer.GivenName" } },
    { NID_initials, { "Subject.Initials", "Issuer.Initials" } },
    { NID_pseudonym, { "Subject.Pseudonym", "Issuer.Pseudonym" } },
    { NID_generationQualifier, { "Subject.GenerationQualifier", "Issuer.GenerationQualifier" } },
};

/* Kinds of alternative names. */
static const struct {
    int type;
    const char *keys[SIDES];
} alternatives[] = {
    { GEN_EMAIL, { "Subject.AlternativeName.RFC822Name", "Issuer.AlternativeName.RFC822Name" } },
    { GEN_DNS, { "Subject.AlternativeName.DNSName", "Issuer.AlternativeName.DNSName" } },
    { GEN_DIRNAME, { "Subject.AlternativeName.DirectoryName", "Issuer.AlternativeName.DirectoryName" } },
    { GEN_URI,
      { "Subject.AlternativeName.UniformResourceIdentifier",
        "Issuer.AlternativeName.UniformResourceIdentifier" } },
    { GEN_IPADD, { "Subject.AlternativeName.IPAddress", "Issuer.AlternativeName.IPAddress" } },
};

struct reader {
    struct arena *arena;
    struct certificate_names names;
};

static struct certificate_name *find_name(struct reader *r, const char *key)
{
    struct certificate_names *names = &r->names;
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->items[i].key, key) == 0)
            return &names->items[i];
    struct certificate_name *items =
        arena_array_widen(r->arena, names->items, names->n, &names->room, sizeof *items);
    if (!items)
        return NULL;
    names->items = items;
    items[names->n] = (struct certificate_name){ .key = key };
    return &items[names->n++];
}

/* Text that is no UTF-8, or hides a NUL, is no name that a policy could mean: it is left out. */
static bool add_value(struct reader *r, const char *key, const void *bytes, int n)
{
    struct str text = { bytes, n > 0 ? (size_t)n : 0 };
    if (!text.n || !utf8_valid(text) || memchr(text.p, '\0', text.n))
        return true;
    struct certificate_name *name = find_name(r, key);
    struct str *values =
        name ? arena_array_widen(r->arena, name->values, name->n, &name->room, sizeof *values) : NULL;
    if (!values)
        return false;
    name->values = values;
    values[name->n] = arena_str(r->arena, text);
    return values[name->n++].p != NULL;
}

static bool add_entry(struct reader *r, const X509_NAME_ENTRY *entry, int side)
{
    int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    unsigned char *utf8 = NULL;
    bool ok = true;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].nid != nid)
            continue;
        int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
        ok = n < 0 || add_value(r, parts[i].keys[side], utf8, n);
        OPENSSL_free(utf8);
        break;
    }
    return ok;
}

static bool add_names(struct reader *r, const X509_NAME *name, int side)
{
    for (int i = 0; i < X509_NAME_entry_count(name); i++)
        if (!add_entry(r, X509_NAME_get_entry(name, i), side))
            return false;
    return true;
}

static bool add_directory_name(struct reader *r, const char *key, const X509_NAME *name)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *text = NULL;
    bool written = out && X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253) >= 0;
    long n = written ? BIO_get_mem_data(out, &text) : 0;
    bool ok = written && add_value(r, key, text, (int)n);
    BIO_free(out);
    return ok;
}

static bool add_address(struct reader *r, const char *key, const ASN1_OCTET_STRING *bytes)
{
    char text[INET6_ADDRSTRLEN];
    int n = ASN1_STRING_length(bytes);
    if ((n != V4_BYTES && n != V6_BYTES) ||
        !inet_ntop(n == V4_BYTES ? AF_INET : AF_INET6, ASN1_STRING_get0_data(bytes), text, sizeof text))
        return true;
    return add_value(r, key, text, (int)strlen(text));
}

static bool add_alternative(struct reader *r, const GENERAL_NAME *name, int side)
{
    int type;
    const void *value = GENERAL_NAME_get0_value(name, &type);
    for (size_t i = 0; i < sizeof alternatives / sizeof alternatives[0]; i++) {
        const char *key = alternatives[i].keys[side];
        if (alternatives[i].type != type)
            continue;
        if (type == GEN_DIRNAME)
            return add_directory_name(r, key, value);
        if (type == GEN_IPADD)
            return add_address(r, key, value);
        return add_value(r, key, ASN1_STRING_get0_data(value), ASN1_STRING_length(value));
    }
    return true;
}

static bool add_alternatives(struct reader *r, const X509 *certificate, int side)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(
        certificate, side == SUBJECT ? NID_subject_alt_name : NID_issuer_alt_name, NULL, NULL);
    bool ok = true;
    for (int i = 0; ok && names && i < sk_GENERAL_NAME_num(names); i++)
        ok = add_alternative(r, sk_GENERAL_NAME_value(names, i), side);
    GENERAL_NAMES_free(names);
    return ok;
}

static bool add_serial_number(struct reader *r, const X509 *certificate)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *digits = number ? BN_bn2hex(number) : NULL;
    for (char *p = digits; p && *p; p++)
        if (*p >= 'A' && *p <= 'F')
            *p = (char)(*p - 'A' + 'a');
    bool ok = digits && add_value(r, "SerialNumber", digits, (int)strlen(digits));
    OPENSSL_free(digits);
    BN_free(number);
    return ok;
}

bool certificate_names_read(struct str pem, struct arena *arena, struct certificate_names *ret_names)
{
    struct reader r = { .arena = arena };
    X509 *certificate = pem_parse_certificate(pem);
    bool ok = certificate && add_serial_number(&r, certificate) &&
              add_names(&r, X509_get_subject_name(certificate), SUBJECT) &&
              add_names(&r, X509_get_issuer_name(certificate), ISSUER) &&
              add_alternatives(&r, certificate, SUBJECT) && add_alternatives(&r, certificate, ISSUER);
    X509_free(certificate);
    ERR_clear_error();
    if (ok)
        *ret_names = r.names;
    return ok;
}
