echo text >/tmp/there
cat /tmp/there
rm /tmp/there
rm /tmp/absent
true
