// SPDX-License-Identifier: Apache-2.0
// Structs inside structs, as deep as libbpf looks.
#include "core.h"

struct n0 { u32 x; };
struct n1 { struct n0 n; };
struct n2 { struct n1 n; };
struct n3 { struct n2 n; };
struct n4 { struct n3 n; };
struct n5 { struct n4 n; };
struct n6 { struct n5 n; };
struct n7 { struct n6 n; };
struct n8 { struct n7 n; };
struct n9 { struct n8 n; };
struct n10 { struct n9 n; };
struct n11 { struct n10 n; };
struct n12 { struct n11 n; };
struct n13 { struct n12 n; };
struct n14 { struct n13 n; };
struct n15 { struct n14 n; };
struct n16 { struct n15 n; };
struct n17 { struct n16 n; };
struct n18 { struct n17 n; };
struct n19 { struct n18 n; };
struct n20 { struct n19 n; };
struct n21 { struct n20 n; };
struct n22 { struct n21 n; };
struct n23 { struct n22 n; };
struct n24 { struct n23 n; };
struct n25 { struct n24 n; };
struct n26 { struct n25 n; };
struct n27 { struct n26 n; };
struct n28 { struct n27 n; };
struct n29 { struct n28 n; };
struct n30 { struct n29 n; };
struct n31 { struct n30 n; };
struct n32 { struct n31 n; };
struct n33 { struct n32 n; };
PROGRAM int run(void *s)
{
	USE(TYPE_MATCHES(struct n30));
	return 0;
}
