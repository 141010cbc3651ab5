
# The first word is a command, or the first one of an upload, which has no name as a command.
_ftp-uploader() {
    if (( CURRENT == 2 )) && [[ "$words[2]" != -* ]]; then
        _alternative 'commands:command:(COMMANDS)' 'files:file:_files'
    elif (( CURRENT > 2 )) && (( ${${=:-COMMANDS}[(Ie)$words[2]]} )); then
        _ftp-uploader-words
    else
        words=("$words[1]" upload "${(@)words[2,-1]}")
        (( CURRENT += 1 ))
        _ftp-uploader-words
    fi
}

compdef -d ftp-uploader-words
if [ "$funcstack[1]" = "_ftp-uploader" ]; then
    _ftp-uploader "$@"
else
    compdef _ftp-uploader ftp-uploader
fi
