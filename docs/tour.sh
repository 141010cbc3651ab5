#!/bin/sh
# A tour of ftp-uploader: an upload with a prompt, a directory, a website, and an error.
#
# `cargo xtask demo tour` runs it against a server on this machine. A test runs it on a pseudo-terminal and compares the
# screen with docs/tour.txt, of which docs/tour.svg is the picture.
#
# It needs `ftp-uploader` in PATH; the address of a server in SERVER, with the user `demo` and the directories `incoming` and
# `www`; the password of the user in FTP_PASSWORD; and a folder to work in as its argument.
set -eu
cd "$1"

show() {
    printf '$ %s\n' "$*"
    "$@" || printf '(exit code %s)\n' "$?"
    printf '\n'
}

mkdir -p photos/2026 site/css
printf 'name;amount\nrent;1200\n' > report.csv
for name in beach forest lake; do head -c 300000 /dev/zero > "photos/2026/$name.jpg"; done
printf 'scratch\n' > photos/2026/beach.tmp
printf '<link rel="stylesheet" href="css/main.css"><h1>Welcome</h1>\n' > site/index.html
printf 'h1 { color: teal }\n' > site/css/main.css

# Without the variable, the program asks for the password.
(unset FTP_PASSWORD && show ftp-uploader "$SERVER" demo report.csv incoming)

show ftp-uploader -r --exclude '*.tmp' photos "ftp://demo@$SERVER/incoming"

show ftp-uploader sync --manifest site "ftp://demo@$SERVER/www"
printf 'h1 { color: navy }\n' > site/css/main.css
show ftp-uploader sync --manifest --dry-run site "ftp://demo@$SERVER/www"

show ftp-uploader report.csv "ftp://demo@$SERVER/incomming"
