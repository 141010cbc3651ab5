/* The password in what a server says. */

#ifndef MASK_H
#define MASK_H

#include <stddef.h>

/* Copies a line with **** in place of the password. `into` has room for four times as much; returns how much it is. A
 * password of less than 8 bytes is masked only where it stands by itself; the code of a reply is none. */
size_t mask(const char *password, const char *line, size_t length, char *into);

#endif
