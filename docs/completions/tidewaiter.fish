# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_tidewaiter_global_optspecs
    string join \n h/help V/version
end

function __fish_tidewaiter_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_tidewaiter_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_tidewaiter_using_subcommand
    set -l cmd (__fish_tidewaiter_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "scan" -d 'Scan evidence: one verdict per device'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "inventory" -d 'List every app seen, not only prohibited ones; no verdict'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "report" -d 'Render a saved report (JSON or NDJSON) in any format'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "merge" -d 'Join saved reports: shards, days, agencies'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "diff" -d 'Compare two reports, device by device'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "verify" -d 'Check that a report, and the files it rests on, are what they were'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "identify" -d 'Tell what a package name, bundle identifier or App Store id is'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "map" -d 'Draft a mapping file for an export of a system that is not known'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "signatures" -d 'Show or check signatures'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "policies" -d 'Show policies'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "config" -d 'Show the configuration in force'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "man" -d 'Print the man page'
complete -c tidewaiter -n "__fish_tidewaiter_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l paths-from -d 'Read further paths from a file (`-`: standard input), one a line' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -s j -l jobs -d 'Threads that parse' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l signatures -d 'Use the signatures of this folder too' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l map -d 'Read exports of another system as this mapping file says; may be repeated' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l config -d 'Read settings from this file (default: tidewaiter.toml here, then the user\'s)' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l max-time -d 'Seconds for one item of evidence' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l max-file-bytes -d 'Bytes of one streamed file, after decompression' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l max-memory-file -d 'Bytes of one file that is read into memory' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l max-entries -d 'Entries of one container or folder' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l max-depth -d 'Containers within containers' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l max-ratio -d 'Expansion of a compressed member' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l max-findings -d 'Findings of one device' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l policy -d 'Policy to apply, in force or not; may be repeated (default: us-eo-13971)' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l as-of -d 'Date at which policies and ages are judged (default: now)' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l min-strength -d 'Weaker findings make suspect, not prohibited (default: probable)' -r -f -a "probable\t''
strong\t''
definitive\t''"
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l stale-after -d 'Days after which a list of a management system proves nothing (default: 30)' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l max-age -d 'Days after which any list proves nothing' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l waivers -d 'Approved exceptions (TOML): findings stay, their devices cause no exit 1 or 3' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l redact -d 'Replace what names people, devices and places by pseudonyms made with this key' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l run-time -d 'The time the report bears (default: now, or SOURCE_DATE_EPOCH)' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -s f -l format -d 'table, json, ndjson, csv or html; with =FILE into a file. May be repeated' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l color -d 'Colours (default: auto)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l group-by -d 'What the table is ordered by' -r -f -a "device\t''
app\t''
owner\t''"
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -s 0 -l null -d 'Paths of --paths-from end with a NUL byte instead of a line end'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -s q -l quiet -d 'No progress, no log lines'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -s v -l verbose -d 'Say more on standard error'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l assume-full-lists -d 'Vouch that lists which may be filtered are full; the report says so'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l exit-zero -d 'Exit 0 where it would be 1 or 3; the report keeps the true status'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l csv-raw -d 'CSV for programs: values as they are, not guarded against spreadsheets'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -l csv-bom -d 'CSV with a byte order mark, for spreadsheets that need one to see UTF-8'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand scan" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l paths-from -d 'Read further paths from a file (`-`: standard input), one a line' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -s j -l jobs -d 'Threads that parse' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l signatures -d 'Use the signatures of this folder too' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l map -d 'Read exports of another system as this mapping file says; may be repeated' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l config -d 'Read settings from this file (default: tidewaiter.toml here, then the user\'s)' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l max-time -d 'Seconds for one item of evidence' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l max-file-bytes -d 'Bytes of one streamed file, after decompression' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l max-memory-file -d 'Bytes of one file that is read into memory' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l max-entries -d 'Entries of one container or folder' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l max-depth -d 'Containers within containers' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l max-ratio -d 'Expansion of a compressed member' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l max-findings -d 'Findings of one device' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -s f -l format -d 'table, json or ndjson; with =FILE into a file. May be repeated' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -l color -d 'Colours (default: auto)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -s 0 -l null -d 'Paths of --paths-from end with a NUL byte instead of a line end'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -s q -l quiet -d 'No progress, no log lines'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -s v -l verbose -d 'Say more on standard error'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand inventory" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand report" -l redact -d 'Replace what names people, devices and places by pseudonyms made with this key' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand report" -s f -l format -d 'table, json, ndjson, csv or html; with =FILE into a file. May be repeated' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand report" -l color -d 'Colours (default: auto)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand report" -l group-by -d 'What the table is ordered by' -r -f -a "device\t''
app\t''
owner\t''"
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand report" -l exit-zero -d 'Exit 0 where it would be 1 or 3'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand report" -l csv-raw -d 'CSV for programs: values as they are, not guarded against spreadsheets'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand report" -l csv-bom -d 'CSV with a byte order mark, for spreadsheets that need one to see UTF-8'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand report" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand report" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -l waivers -d 'Approved exceptions (TOML), in place of those the reports bear' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -l redact -d 'Replace what names people, devices and places by pseudonyms made with this key' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -s f -l format -d 'table, json, ndjson, csv or html; with =FILE into a file. May be repeated' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -l color -d 'Colours (default: auto)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -l group-by -d 'What the table is ordered by' -r -f -a "device\t''
app\t''
owner\t''"
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -l allow-mixed -d 'Join reports made with different signatures, policies or options'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -l exit-zero -d 'Exit 0 where it would be 1 or 3; the report keeps the true status'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -l csv-raw -d 'CSV for programs: values as they are, not guarded against spreadsheets'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -l csv-bom -d 'CSV with a byte order mark, for spreadsheets that need one to see UTF-8'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand merge" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand diff" -s f -l format -d 'table, json or html; with =FILE into a file. May be repeated' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand diff" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand diff" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand verify" -l evidence -d 'Where the evidence lies now (default: where the report says)' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand verify" -l map -d 'The mapping files of the scan: members of containers are found by them' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand verify" -l report-only -d 'Check the report\'s own digest only'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand verify" -l export-hashes -d 'Print the hashes of whole files for `sha256sum -c`, and check nothing'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand verify" -s q -l quiet -d 'Print nothing but the last line'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand verify" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand verify" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand identify" -l signatures -d 'Use the signatures of this folder too' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand identify" -s f -l format -d 'table, json or ndjson; with =FILE into a file. May be repeated' -r
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand identify" -l color -d 'Colours (default: auto)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand identify" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand identify" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand map" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand map" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and not __fish_seen_subcommand_from list show check help" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and not __fish_seen_subcommand_from list show check help" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and not __fish_seen_subcommand_from list show check help" -f -a "list" -d 'List the apps that have a signature'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and not __fish_seen_subcommand_from list show check help" -f -a "show" -d 'Show the indicators of an app'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and not __fish_seen_subcommand_from list show check help" -f -a "check" -d 'Check a folder of signatures and policies'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and not __fish_seen_subcommand_from list show check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from list" -l signatures -d 'Use the signatures of this folder too' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from show" -l signatures -d 'Use the signatures of this folder too' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the apps that have a signature'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the indicators of an app'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check a folder of signatures and policies'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand signatures; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and not __fish_seen_subcommand_from list show help" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and not __fish_seen_subcommand_from list show help" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and not __fish_seen_subcommand_from list show help" -f -a "list" -d 'List policies'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and not __fish_seen_subcommand_from list show help" -f -a "show" -d 'Show what a policy names, by which instrument'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and not __fish_seen_subcommand_from list show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and __fish_seen_subcommand_from list" -l signatures -d 'Use the signatures of this folder too' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and __fish_seen_subcommand_from show" -l signatures -d 'Use the signatures of this folder too' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and __fish_seen_subcommand_from help" -f -a "list" -d 'List policies'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what a policy names, by which instrument'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand policies; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand config; and not __fish_seen_subcommand_from show help" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand config; and not __fish_seen_subcommand_from show help" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand config; and not __fish_seen_subcommand_from show help" -f -a "show" -d 'Print every setting with its value'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand config; and not __fish_seen_subcommand_from show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read this file, not the usual ones' -r -F
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand config; and __fish_seen_subcommand_from show" -l origin -d 'And where it came from'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand config; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print every setting with its value'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand completions" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand completions" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand man" -s h -l help -d 'Print help'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand man" -s V -l version -d 'Print version'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "scan" -d 'Scan evidence: one verdict per device'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "inventory" -d 'List every app seen, not only prohibited ones; no verdict'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "report" -d 'Render a saved report (JSON or NDJSON) in any format'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "merge" -d 'Join saved reports: shards, days, agencies'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "diff" -d 'Compare two reports, device by device'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "verify" -d 'Check that a report, and the files it rests on, are what they were'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "identify" -d 'Tell what a package name, bundle identifier or App Store id is'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "map" -d 'Draft a mapping file for an export of a system that is not known'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "signatures" -d 'Show or check signatures'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "policies" -d 'Show policies'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "config" -d 'Show the configuration in force'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "completions" -d 'Print completions for a shell'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "man" -d 'Print the man page'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and not __fish_seen_subcommand_from scan inventory report merge diff verify identify map signatures policies config completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and __fish_seen_subcommand_from signatures" -f -a "list" -d 'List the apps that have a signature'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and __fish_seen_subcommand_from signatures" -f -a "show" -d 'Show the indicators of an app'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and __fish_seen_subcommand_from signatures" -f -a "check" -d 'Check a folder of signatures and policies'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and __fish_seen_subcommand_from policies" -f -a "list" -d 'List policies'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and __fish_seen_subcommand_from policies" -f -a "show" -d 'Show what a policy names, by which instrument'
complete -c tidewaiter -n "__fish_tidewaiter_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Print every setting with its value'
