//! Starts one server and keeps it until standard input ends, for trying things by hand: with the shop in it, or with
//! the benchmark's workload (`serve bench`).

use becauselog_testkit::{
    MysqlServer, Shop, Version,
    bench_load::{BenchLoad, Size},
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = if std::env::args().nth(1).as_deref() == Some("bench") {
        BenchLoad::start(Version::V9_7, 1, Size::FULL).await?.server
    } else {
        let server =
            MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
        Shop::create(&mut server.conn().await?).await?;
        println!("{}", Shop::run_steps(&server.pool(), 200, 1).await?);
        server
    };
    println!("{}", server.port());
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}
