/* Delivers one file in one try. */

#ifndef DELIVERY_H
#define DELIVERY_H

#include "imports.h"

/* Opens a session, stores the file, and quits. The message about the result is in sandbox->why. */
enum outcome deliver(struct sandbox *sandbox);

#endif
