/* Which of the two services a request means, in which region, and by which name it found us. */
#ifndef IOTJOBS_HTTP_PLANE_H
#define IOTJOBS_HTTP_PLANE_H

#include "api/route.h"

struct caller {
    enum plane plane;
    bool signed_for;   /* the credential scope named it; else it is our guess */
    struct str region; /* of the credential scope; absent without one */
    struct str host; /* the name in the Host header, without a port; absent when there is none that is one */
    struct str authority; /* the same with the port, if it has one; absent when it is none */
};

/*
 * The service of the SigV4 credential scope decides, from `authorization` (the header) or else from
 * `credential` (X-Amz-Credential of the query); without one that we know, the `host` does, where it has the
 * form of AWS's names; else it is the plane `by_default`. All may be absent. The texts are borrowed from
 * them.
 */
struct caller caller_of(struct str authorization, struct str credential, struct str host,
                        enum plane by_default);

#endif
