#!/usr/bin/env bash
# A CA and a leaf for the server, in a folder: certificates.sh FOLDER ADDRESS
set -euo pipefail
cd "$1"

new=(openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
"${new[@]}" -x509 -days 2 -subj '/CN=bench CA' -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.pem
"${new[@]}" -subj /CN=localhost -keyout leaf.key -out leaf.csr
printf '%s\n' "subjectAltName=DNS:localhost,DNS:shop.example,IP:$2" extendedKeyUsage=serverAuth >leaf.ext
openssl x509 -req -days 2 -in leaf.csr -CA ca.pem -CAkey ca.key -extfile leaf.ext -out leaf.pem
