// A server of Node.js. Its arguments: port, certificate, key, authority, the file to answer with, then modes:
//   http            without TLS
//   ask, demand     a certificate of the client
//   tls1.2          no later version
//   keep            keeps idle connections for a minute, not for two seconds
//   slow            answers after a second
//   small           takes only a small head
//   gzip, deflate, raw-deflate   sends the answer so encoded
//   padded          zeros follow the encoded answer
//   windows-1254, iso-8859-9     sends the answer in this character set
//   chunked         in small chunks
//   until-close     without a length
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import zlib from 'node:zlib';

const [port, cert, key, authority, answer, ...modes] = process.argv.slice(2);
const has = (mode) => modes.includes(mode);

let body = readFileSync(answer);
const headers = { 'Content-Type': 'application/json' };

for (const charset of ['windows-1254', 'iso-8859-9']) {
  if (has(charset)) {
    // Both are Latin 1 with six Turkish letters in the place of Icelandic ones.
    const turkish = { ğ: 'ð', Ğ: 'Ð', ı: 'ý', İ: 'Ý', ş: 'þ', Ş: 'Þ' };
    body = Buffer.from(body.toString().replace(/[ğĞıİşŞ]/g, (letter) => turkish[letter]), 'latin1');
    headers['Content-Type'] += `; charset=${charset}`;
  }
}
const encoders = { gzip: zlib.gzipSync, deflate: zlib.deflateSync, 'raw-deflate': zlib.deflateRawSync };
for (const [name, encode] of Object.entries(encoders)) {
  if (has(name)) {
    body = encode(body);
    headers['Content-Encoding'] = name.replace('raw-', '');
  }
}
if (has('padded')) body = Buffer.concat([body, Buffer.alloc(512)]);

function answerTo(response) {
  if (has('until-close')) {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
  } else if (!has('chunked')) {
    headers['Content-Length'] = body.length;
  }
  response.writeHead(200, headers);
  if (has('chunked')) for (let at = 0; at < body.length; at += 7) response.write(body.subarray(at, at + 7));
  else response.write(body);
  response.end();
}

const options = {
  cert: readFileSync(cert),
  key: readFileSync(key),
  ca: readFileSync(authority),
  requestCert: has('ask') || has('demand'),
  rejectUnauthorized: has('demand'),
  maxVersion: has('tls1.2') ? 'TLSv1.2' : 'TLSv1.3',
  maxHeaderSize: has('small') ? 2000 : 16384,
  keepAliveTimeout: has('keep') ? 60000 : 2000,
};
const server = (has('http') ? http : https).createServer(options);
server.on('request', (request, response) => {
  request.resume();
  request.on('end', () => setTimeout(() => answerTo(response), has('slow') ? 1000 : 0));
});
server.on('tlsClientError', (error) => console.log(`tlsClientError: ${error.message}`));
server.listen(Number(port), '127.0.0.1');
