pub(crate) struct Instructions { pub(crate) total: u64 }
pub(crate) fn read(text: &str) -> Result<Instructions, String> {
    let total = text.lines().find_map(|l| l.strip_prefix("totals: ")).and_then(|n| n.trim().parse().ok()).ok_or("no totals")?;
    std::fs::write("/tmp/t/a/tmp/cg.out", text).ok();
    Ok(Instructions { total })
}
