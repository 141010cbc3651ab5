/* The command line of the library: uploads one file, and reports the result.
 *
 *     FTP_PASSWORD=... ./upload [--list] [ftp://]HOST:PORT USERNAME LOCALFILE REMOTEDIR
 *
 * There is no TLS: without ftp://, which allows to send the password in clear, the server must be `localhost` or a
 * loopback address. */

#include "ftp_uploader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char CLEAR[] = "ftp://";

static int fail(const char *what, const char *why) {
    fprintf(stderr, "upload: %s%s%s\n", what, why[0] ? ": " : "", why);
    return 1;
}

/* Prints the progress, at most once a second and at the end. */
static void show(uint64_t sent, uint64_t size, void *known_size) {
    static time_t last;
    *(uint64_t *)known_size = size;
    if (last == 0) last = time(NULL);
    if (time(NULL) == last && sent != size) return;
    last = time(NULL);
    fprintf(stderr, "Sent %" PRIu64 " of %" PRIu64 " bytes (%d%%)\n", sent, size,
            (int)(100.0 * (double)sent / (double)size));
}

/* Prints a name with everything but letters, digits and some marks escaped: it is the server's text. */
static void print_name(const unsigned char *name, size_t length, void *known_size) {
    (void)known_size;
    for (size_t i = 0; i < length; i++)
        printf(name[i] > ' ' && name[i] < 0x7f && name[i] != '\\' ? "%c" : "\\x%02x", name[i]);
    putchar('\n');
}

int main(int count, char **words) {
    const char *password = getenv("FTP_PASSWORD");
    uint64_t size = 0;
    char why[1024];
    bool lists = count > 1 && strcmp(words[1], "--list") == 0;
    words += lists;
    count -= lists;
    if (count != 5 || password == NULL) {
        fprintf(stderr, "Usage: FTP_PASSWORD=... ./upload [--list] [ftp://]HOST:PORT USERNAME LOCALFILE REMOTEDIR\n");
        return 2;
    }
    bool clear_anywhere = strncmp(words[1], CLEAR, strlen(CLEAR)) == 0;
    char *host = words[1] + (clear_anywhere ? strlen(CLEAR) : 0), *colon = strrchr(host, ':');
    if (colon == NULL) return fail(host, "not HOST:PORT");
    *colon = 0;
    if (host[0] == '[' && colon[-1] == ']') {
        host++;
        colon[-1] = 0;
    }
    struct ftp_upload upload = {
        .host = host, .port = colon + 1, .user = words[2], .password = password, .file = words[3],
        .directory = words[4], .clear_anywhere = clear_anywhere, .progress = show,
        .list = lists ? print_name : NULL, .context = &size, .component = getenv("FTP_UPLOADER_WASM")};
    enum ftp_upload_outcome outcome = ftp_upload(&upload, why, sizeof why);
    if (outcome == FTP_UPLOAD_STORED)
        fprintf(stderr, "Stored %s in %s: %" PRIu64 " bytes, %s\n", words[3], words[4], size, why);
    else fail(why, "");
    return outcome;
}
