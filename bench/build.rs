//! Tells the code the target that it is built for, by which the engine of `sandbox/confined.rs` loads the component.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=BENCH_TARGET={}", std::env::var("TARGET").unwrap_or_default());
}
