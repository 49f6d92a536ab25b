/* The artefact store, as operations see it: bytes on disk, and the key that signs URLs to them. */
#ifndef IOTJOBS_OPS_ARTIFACTS_H
#define IOTJOBS_OPS_ARTIFACTS_H

#include "store/artifacts/artifact_folder.h"

struct settings;

enum { ARTIFACT_ACCESS_KEY_MAX = 21, ARTIFACT_SECRET_MAX = 41, ARTIFACT_URL_MAX = 512 };

/* Made at the first start, kept in the database (store_secret_text): URLs stay valid over a restart. */
struct artifact_key {
    char access_key[ARTIFACT_ACCESS_KEY_MAX];
    char secret[ARTIFACT_SECRET_MAX];
};

/* Makes it, or reads the one that was made before; the writer's connection. False: the database fails. */
bool artifact_key_open(struct db *db, struct artifact_key *ret_key);

/* "http://127.0.0.1:5627/_s3" where `bind` is loopback, else HTTPS with the name or address that others can
 * reach. */
void artifact_url_find(const struct settings *settings, char ret_url[ARTIFACT_URL_MAX]);

/* Does not change while the server runs. */
struct artifacts {
    struct artifact_folder *folder;
    struct artifact_key key;
    char url[ARTIFACT_URL_MAX]; /* of devices that come over MQTT; "": no port of HTTP is on */
};

#endif
