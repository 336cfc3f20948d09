//! Makes the stubs, with the protoc on the PATH.

fn main() -> std::io::Result<()> {
    let contract = ["spillway/v1/chat.proto", "spillway/v1/router.proto"];
    tonic_prost_build::configure().build_server(false).compile_protos(&contract, &["../../../proto"])
}
