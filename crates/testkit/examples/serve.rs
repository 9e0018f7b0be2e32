//! Starts one server with the shop in it and keeps it until standard input ends: for trying things by hand.
use becauselog_testkit::{MysqlServer, Shop, Version};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    Shop::create(&mut server.conn().await?).await?;
    println!("{}", server.port());
    let counts = Shop::run_steps(&server.pool(), 200, 1).await?;
    println!("{counts}");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(())
}
