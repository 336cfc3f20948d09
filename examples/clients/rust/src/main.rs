//! Calls a Spillway server: what would serve, an answer whole, an answer as it comes, and what a failure tells.

use std::error::Error;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use prost::Message;
use tonic::metadata::MetadataMap;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use v1::router_service_client::RouterServiceClient;

mod v1 {
    tonic::include_proto!("spillway.v1");
}

type Client = RouterServiceClient<Channel>;

/// Does what ../../service-config.json has other languages' gRPC do, which tonic does not read: calls the addresses of
/// the server's name in turn, and the next one if a server cannot be reached.
struct Caller {
    clients: Vec<Client>,
    turn: AtomicUsize,
    key: Option<String>,
}

impl Caller {
    async fn new(server: &str, ca: Option<String>, key: Option<String>) -> Result<Self, Box<dyn Error>> {
        let host = server.rsplit_once(':').ok_or("usage: spillway-caller HOST:PORT")?.0;
        let scheme = if ca.is_some() { "https" } else { "http" };
        let tls = ca.map(std::fs::read).transpose()?.map(|pem| {
            ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)).domain_name(host.trim_matches(['[', ']']))
        });
        let mut clients = Vec::new();
        for address in tokio::net::lookup_host(server).await? {
            let mut endpoint = Endpoint::from_shared(format!("{scheme}://{address}"))?
                .connect_timeout(Duration::from_secs(5))
                .http2_keep_alive_interval(Duration::from_secs(30))
                .keep_alive_timeout(Duration::from_secs(10))
                .http2_max_header_list_size(256 << 10); // a failure tells of every attempt
            if let Some(tls) = &tls {
                endpoint = endpoint.tls_config(tls.clone())?;
            }
            clients.push(Client::new(endpoint.connect_lazy()).max_decoding_message_size(64 << 20));
        }
        Ok(Self { clients, turn: AtomicUsize::new(0), key })
    }

    async fn call<M: Clone, T>(
        &self,
        message: M,
        invoke: impl AsyncFn(Client, Request<M>) -> Result<T, Status>,
    ) -> Result<T, Status> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut attempts_left = 3;
        let mut backoff = Duration::from_millis(100);
        loop {
            let mut request = Request::new(message.clone());
            request.set_timeout(deadline - Instant::now());
            if let Some(key) = &self.key {
                let value = format!("Bearer {key}").parse().map_err(|_| Status::unauthenticated("not a key"))?;
                request.metadata_mut().insert("authorization", value);
            }
            let client = &self.clients[self.turn.fetch_add(1, Ordering::Relaxed) % self.clients.len()];
            let result = invoke(client.clone(), request).await;
            attempts_left -= 1;
            match result {
                // Spillway says that it has tried already with `grpc-retry-pushback-ms: -1`.
                Err(status)
                    if status.code() == Code::Unavailable
                        && attempts_left > 0
                        && !status.metadata().contains_key("grpc-retry-pushback-ms") =>
                {
                    tokio::time::sleep(backoff).await;
                    backoff *= 2;
                }
                result => return result,
            }
        }
    }

    async fn route(&self, model: &str) -> Result<(), Box<dyn Error>> {
        let request = v1::RouteRequest { model: model.into(), ..Default::default() };
        let answer = self.call(request, async |mut client, request| client.route(request).await).await?.into_inner();
        if let Some(first) = answer.candidates.iter().find(|candidate| candidate.would_try) {
            println!("route: {}", name(&first.target));
        }
        for candidate in &answer.candidates {
            println!("candidate: {}: {}", name(&candidate.target), candidate.reason);
        }
        Ok(())
    }

    async fn chat(&self, model: &str) -> Result<(), Box<dyn Error>> {
        let answer = self.call(question(model), async |mut client, request| client.chat(request).await).await?;
        let message = answer.get_ref().choices.first().and_then(|choice| choice.message.as_ref());
        println!("chat: {}", message.ok_or("no choice")?.content());
        print_served_by(answer.metadata())
    }

    async fn stream(&self, model: &str) -> Result<(), Box<dyn Error>> {
        let answer = self.call(question(model), async |mut client, request| client.stream_chat(request).await).await?;
        let headers = answer.metadata().clone();
        let mut events = answer.into_inner();
        print!("stream: ");
        // An error here means that the answer broke off: only the stream's end means that it is whole.
        while let Some(event) = events.message().await? {
            if let Some(v1::chat_event::Event::Delta(delta)) = event.event {
                print!("{}", delta.content());
                std::io::stdout().flush()?;
            }
        }
        println!();
        print_served_by(&headers)
    }

    async fn fail(&self, model: &str) -> Result<(), Box<dyn Error>> {
        let result = self.call(question(model), async |mut client, request| client.chat(request).await).await;
        let status = result.err().ok_or("a call that should have failed did not")?;
        let reason = status.get_details_error_info().ok_or("no ErrorInfo")?.reason;
        println!("failed: {:?} {reason}", status.code());
        let delay = status.get_details_retry_info().and_then(|info| info.retry_delay).ok_or("no RetryInfo")?;
        println!("retry in: {} s", delay.as_secs_f64());
        // grpc-status-details-bin, of which tonic-types knows Google's own details.
        let details = tonic_types::Status::decode(status.details())?.details;
        let trace = details.iter().find(|detail| detail.type_url.ends_with("/spillway.v1.RouteTrace"));
        for attempt in v1::RouteTrace::decode(&*trace.ok_or("no RouteTrace")?.value)?.attempts {
            println!("attempt: {}: {} {}", name(&attempt.target), attempt.failure().as_str_name(), attempt.http_status);
        }
        Ok(())
    }
}

fn question(model: &str) -> v1::ChatRequest {
    let content = Some("Say this is a test!".into());
    let message = v1::Message { role: v1::Role::User.into(), content, ..Default::default() };
    v1::ChatRequest { model: model.into(), messages: vec![message], ..Default::default() }
}

fn name(target: &Option<v1::TargetRef>) -> String {
    target.as_ref().map(|target| format!("{}/{}", target.endpoint, target.model)).unwrap_or_default()
}

fn print_served_by(headers: &MetadataMap) -> Result<(), Box<dyn Error>> {
    let value = |name| headers.get(name).ok_or("no such header").map(|value| value.to_str());
    println!("served by: {} {}", value("x-spillway-provider")??, value("x-spillway-model")??);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| std::env::var(name).ok();
    let server = std::env::args().nth(1).ok_or("usage: spillway-caller HOST:PORT")?;
    let caller = Caller::new(&server, variable("SPILLWAY_CA"), variable("SPILLWAY_KEY")).await?;
    let model = variable("MODEL").unwrap_or("gpt-4o".into());
    caller.route(&model).await?;
    caller.chat(&model).await?;
    caller.stream(&model).await?;
    match variable("FAILING_MODEL") {
        Some(model) => caller.fail(&model).await,
        None => Ok(()),
    }
}
