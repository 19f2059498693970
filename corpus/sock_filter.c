// SPDX-License-Identifier: BSD-2-Clause
// socket filter: keeps UDP to the name service, cut to its headers; packet loads of the classic kind (ld_abs, ld_ind).
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");

#define KEEP 128

SEC("socket")
int names(struct __sk_buff *skb)
{
	if (load_half(skb, 12) != ETH_P_IP)
		return 0;
	if (load_byte(skb, ETH_HLEN + 9) != IPPROTO_UDP)
		return 0;
	if (load_half(skb, ETH_HLEN + 6) & 0x1fff)
		return 0;
	unsigned long long l4 = ETH_HLEN + ((load_byte(skb, ETH_HLEN) & 15) << 2);
	if (load_half(skb, l4) == 53 || load_half(skb, l4 + 2) == 53)
		return KEEP;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
