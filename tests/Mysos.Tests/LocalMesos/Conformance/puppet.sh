# The process of an executor whose calls are made by a test: it tells that it is there, and does as it is told.
# $1: the directory in which it announces itself.
mine="$1/$$"
mkdir "$mine.new"
env > "$mine.new/env"
ls -A > "$mine.new/files"
mkfifo "$mine.new/orders"
mv "$mine.new" "$mine"
while :; do
    # An end without a line is that of the writer before.
    read -r order argument < "$mine/orders" || continue
    case $order in
    exit) exit "$argument" ;;
    child) sleep 1000 & ;;
    esac
done
