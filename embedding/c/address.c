/* See address.h. */

#define _GNU_SOURCE
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

bool is_loopback(const struct sockaddr *address) {
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

bool names_this_machine(const char *host) {
    struct in_addr v4;
    struct in6_addr v6;
    static const char NAME[] = "localhost";
    size_t length = strlen(host), size = strlen(NAME);
    if (inet_pton(AF_INET, host, &v4) == 1) return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
    if (inet_pton(AF_INET6, host, &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
    if (length > 0 && host[length - 1] == '.') length--;
    if (length < size || strncasecmp(host + length - size, NAME, size) != 0) return false;
    return length == size || host[length - size - 1] == '.';
}
