//! The allocator of the static programs. musl's own gives the memory of each buffer back to the kernel at once, and takes it
//! again for the next one: an upload by TLS then needs twice the CPU time (docs/guide.md).

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;
