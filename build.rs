//! Lists `signatures/` so that the program carries every file of it: the folder is the registry.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=signatures");
    let mut files = Vec::new();
    for below in ["", "apps/", "policies/"] {
        for entry in fs::read_dir(Path::new(&root).join("signatures").join(below))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".toml") && !name.starts_with('.') {
                files.push(format!("{below}{name}"));
            }
        }
    }
    files.sort();
    let mut code =
        String::from("/// Every file of `signatures/`: path below it, text.\nconst EMBEDDED: &[(&str, &str)] = &[\n");
    for file in files {
        let include = format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/signatures/{file}\"))");
        writeln!(code, "    ({file:?}, {include}),").map_err(io::Error::other)?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&out).join("signatures.rs"), code)
}
