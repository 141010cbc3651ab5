/* Which servers are on this machine. */

#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

bool is_loopback(const struct sockaddr *address);

/* Whether the name itself says so. A resolver must not decide that. */
bool names_this_machine(const char *host);

#endif
