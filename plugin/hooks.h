/*
 * The broker's events, and what we do on each.
 *
 *   MESSAGE     a client published: inbound
 *   BASIC_AUTH  a client asks to connect: it is noticed, and let in or not by whoever decides that (the
 * setting track_connections; off: this callback is not there, and nothing is different without it) DISCONNECT
 * a client has gone: answers that it waits for are dropped ACL_CHECK   what clients may not do below $aws/ is
 * refused, subscriptions are noted; the rest is left to the broker's rules TICK        once per turn of the
 * broker's loop: outbox and log are drained; the first means ready RELOAD      SIGHUP: the broker's rules
 * were registered anew, behind ours
 *
 * When every ACL_CHECK callback defers, the broker denies, and as soon as a plugin has such a callback the
 * broker no longer allows what no rule forbids. To leave a broker without an acl_file as open as it is
 * without us, a second callback of ours has the last word and allows. It must stand behind the broker's own
 * rules, which are registered after us and again on each reload; so it is registered on the tick after.
 *
 * The broker has no event for a client that is connected. It asks for BASIC_AUTH and decides before it does
 * anything else, so at the next event of another client, at the latest on the tick, a client that asked is
 * in, or the broker has forgotten its id.
 */
#ifndef IOTJOBS_PLUGIN_HOOKS_H
#define IOTJOBS_PLUGIN_HOOKS_H

struct plugin;

/* False: nothing is registered. */
bool hooks_register(struct plugin *plugin);
void hooks_unregister(struct plugin *plugin);

#endif
