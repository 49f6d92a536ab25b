/*
 * Which of the topics below `$aws/` clients may use. No broker needed.
 *
 * Clients publish requests there and nothing else, never retained: notifications, answers and events are the
 * service's to publish. They subscribe to what the service publishes; AWS's other topics (shadows, rules …)
 * lead nowhere here, and whoever uses them is told so rather than left waiting. Answers go to the one client
 * that asked, so reading them is always allowed. All else is for the broker's own rules to decide.
 */
#ifndef IOTJOBS_PLUGIN_ACCESS_H
#define IOTJOBS_PLUGIN_ACCESS_H

#include "base/str.h"

enum access_verdict { ACCESS_UNDECIDED, ACCESS_GRANTED, ACCESS_DENIED };

/* For ACCESS_DENIED, *ret_why is a sentence; untouched otherwise. */
enum access_verdict access_of_publish(struct str topic, bool retain, const char **ret_why);
enum access_verdict access_of_subscribe(struct str filter, const char **ret_why);
enum access_verdict access_of_read(struct str topic);

#endif
