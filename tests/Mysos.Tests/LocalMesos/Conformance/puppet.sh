# The process of an executor whose calls are made by a test: it tells that it is there, and does as it is told.
# $1: the directory in which it announces itself.
mine="$1/$$"
mkdir "$mine.new"
env > "$mine.new/env"
ls -A > "$mine.new/files"
mkfifo "$mine.new/orders"
mv "$mine.new" "$mine"
# Open all the time: what is written between two openings would be lost.
exec 3<> "$mine/orders"
while read -r order argument <&3; do
    case $order in
    exit) exit "$argument" ;;
    child) sleep 1000 3>&- & ;;
    esac
done
