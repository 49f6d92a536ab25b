/* A message that is to be published over MQTT. */
#ifndef IOTJOBS_OPS_MESSAGE_H
#define IOTJOBS_OPS_MESSAGE_H

#include "base/str.h"

struct message {
    struct message *next;
    const char *client_id; /* that connection alone; NULL: whoever has subscribed */
    const char *topic;
    const char *payload;
    size_t payload_n;
    int qos;                                  /* 0 or 1 */
    void (*release)(struct message *message); /* frees it and all that it points to */
    void *owner;                              /* for `release` */
};

/* Copies client_id and topic, takes `payload`, which was malloc'ed. NULL when memory is out (payload freed
 * then). */
struct message *message_new(struct str client_id, struct str topic, char *payload, size_t payload_n, int qos);
void message_free(struct message *message);   /* NULL is allowed */
void message_free_all(struct message *first); /* a whole list */

#endif
