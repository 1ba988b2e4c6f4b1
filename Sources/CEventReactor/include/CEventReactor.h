// SPDX-License-Identifier: Apache-2.0
#ifndef CEVENTREACTOR_H
#define CEVENTREACTOR_H
#endif
