// SPDX-License-Identifier: Apache-2.0

#ifndef COPENSSL_H
#define COPENSSL_H

// SHA256_Init and its kin are deprecated in OpenSSL 3 in favour of EVP. Linked statically they bring 10 kB,
// EVP brings the providers (3 MB) and reads openssl.cnf on first use; for one digest this is the better bargain.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#endif
