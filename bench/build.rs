//! Passes the build target to the code; the engine of `sandbox/confined/` needs it to load the component.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=BENCH_TARGET={}", std::env::var("TARGET").unwrap_or_default());
}
