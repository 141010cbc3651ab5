
# The generated function offers options and the names of commands everywhere. A command is only the first word, and where
# a word does not begin with a dash, bash completes names of files.
_ftp_uploader_words() {
    _ftp_uploader "$@"
    if [[ "$2" != -* ]]; then
        local word words=()
        for word in "${COMPREPLY[@]}"; do
            [[ "$word" != -* ]] || continue
            [[ $COMP_CWORD -eq 1 || " COMMANDS " != *" $word "* ]] || continue
            words+=("$word")
        done
        COMPREPLY=("${words[@]}")
    fi
}

complete -r ftp_uploader
complete -F _ftp_uploader_words -o bashdefault -o default ftp-uploader
