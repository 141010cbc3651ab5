/* Decides which servers run on this machine. */

#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

bool is_loopback(const struct sockaddr *address);

/* Returns true if the name itself refers to this machine. The decision must not depend on a resolver. */
bool names_this_machine(const char *host);

#endif
