/*
 * Which of the topics below `$aws/` clients may not use. No broker needed.
 *
 * Only the service publishes notifications, answers and events, and nothing below `$aws/` is ever retained.
 * Answers go to the one client that asked, so reading them is always allowed. All else is for the
 * broker's own rules to decide.
 */
#ifndef IOTJOBS_PLUGIN_ACCESS_H
#define IOTJOBS_PLUGIN_ACCESS_H

#include "base/str.h"

enum access_verdict { ACCESS_UNDECIDED, ACCESS_GRANTED, ACCESS_DENIED };

enum access_verdict access_of_publish(struct str topic, bool retain);
enum access_verdict access_of_read(struct str topic);

#endif
