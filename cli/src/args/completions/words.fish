
# These functions replace the generated ones: an upload has no name as a command, and its options may follow its words.
function __fish_ftp_uploader_needs_command
    set -l words (commandline -opc)
    not contains -- "$words[2]" COMMANDS
end

function __fish_ftp_uploader_using_subcommand
    set -l words (commandline -opc)
    contains -- "$words[2]" $argv
end

complete -c ftp-uploader -n "__fish_ftp_uploader_using_subcommand completions" -f -a "SHELLS"
