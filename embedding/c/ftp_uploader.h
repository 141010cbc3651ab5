/* Uploads one file over FTP, with the code that speaks FTP confined in a WebAssembly sandbox.
 *
 * Link with what `pkg-config --libs ftp-uploader` prints. */

#ifndef FTP_UPLOADER_H
#define FTP_UPLOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An upload of one file. Members that may be NULL are optional. */
struct ftp_upload {
    const char *host;      /* The name or address of the server. */
    const char *port;      /* NULL: "21". */
    const char *user;
    const char *password;  /* The component never sees it. */
    const char *file;      /* The path of the local file. */
    const char *directory; /* The directory on the server, which must exist. */
    const char *name;      /* The name in that directory. NULL: the name of the local file. */
    /* There is no TLS. True to send the password and the file in clear to a server that is not `localhost` or a loopback
     * address. */
    bool clear_anywhere;
    /* Called after each transferred part, or NULL. */
    void (*progress)(uint64_t sent, uint64_t size, void *context);
    /* Called afterwards with the first 500 names in the directory, or NULL. They are text of the server: escape it. */
    void (*list)(const unsigned char *name, size_t length, void *context);
    void *context;         /* For these two functions. */
    const char *component; /* The path of the component. NULL: the installed one. */
};

/* The outcome of an upload: the exit statuses of the program ftp-uploader. */
enum ftp_upload_outcome {
    FTP_UPLOAD_STORED = 0,
    FTP_UPLOAD_FAILED = 1,
    FTP_UPLOAD_IN_DOUBT = 10, /* Unknown, or the server has other contents. Look before you send the file again. */
};

/* Uploads one file in one try, over one connection. Afterwards `why` has one line, which is safe to print: the evidence
 * that the file is stored, or the reason why it is not. Threads may call it at the same time. */
enum ftp_upload_outcome ftp_upload(const struct ftp_upload *upload, char *why, size_t why_size);

#ifdef __cplusplus
}
#endif

#endif
