//! The name server of the matrix: it answers the system's own resolver, over UDP and TCP, as each name's zone says.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// The name server's address, in a network of its own.
const ADDRESS: &str = "127.0.0.1:53";

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;
const NXDOMAIN: u8 = 3;

/// What is answered to the two questions about a name.
#[derive(Clone, Debug)]
pub struct Zone {
    pub a: Reply,
    pub aaaa: Reply,
}

#[derive(Clone, Debug)]
pub enum Reply {
    /// These addresses, as many as are of the kind that is asked for.
    Addresses(Vec<IpAddr>),
    /// The same, after so long.
    Late(Duration, Vec<IpAddr>),
    /// Nothing but a code: 0 says that there is no such address, the others that something is wrong.
    Code(u8),
    /// Nothing at all.
    Silence,
    /// Nothing until the point is over; then that there is no such name.
    Held,
    /// The addresses are another name's.
    Alias(Vec<IpAddr>),
    /// The name is its own alias.
    Circle,
    /// Only so many bytes of a good answer.
    Cut(usize, Vec<IpAddr>),
    /// A good answer to a question that nobody asked: by its number, or by its name.
    OtherNumber(Vec<IpAddr>),
    OtherName(Vec<IpAddr>),
    /// These bytes after the question's number.
    Garbage(Vec<u8>),
    /// Over UDP only that the answer is too long; over TCP the answer, or none.
    Truncated(Option<Vec<IpAddr>>),
}

#[derive(Default)]
struct Zones {
    zones: HashMap<String, Zone>,
    /// How often each name's A was asked for.
    asked: HashMap<String, usize>,
    held: Vec<(Question, SocketAddr)>,
}

impl Zones {
    /// The questions about a name that were held back: they are not any more.
    fn release(&mut self, name: &str) -> Vec<(Question, SocketAddr)> {
        let held = std::mem::take(&mut self.held);
        let (release, keep): (Vec<_>, _) = held.into_iter().partition(|(question, _)| question.name == name);
        self.held = keep;
        release
    }
}

pub struct NameServer {
    socket: UdpSocket,
    zones: Mutex<Zones>,
}

/// A question as it came.
#[derive(Clone, Debug)]
struct Question {
    id: [u8; 2],
    /// The name in its labels, the type and the class.
    bytes: Vec<u8>,
    name: String,
    kind: u16,
}

impl Question {
    fn read(message: &[u8]) -> Option<Self> {
        let id = message.get(..2)?.try_into().ok()?;
        let mut name = Vec::new();
        let mut at = 12;
        loop {
            let length = usize::from(*message.get(at)?);
            at += 1;
            if length == 0 {
                break;
            }
            name.push(String::from_utf8(message.get(at..at + length)?.to_vec()).ok()?);
            at += length;
        }
        let kind = u16::from_be_bytes(message.get(at..at + 2)?.try_into().ok()?);
        let bytes = message.get(12..at + 4)?.to_vec();
        Some(Question { id, bytes, name: name.join(".").to_ascii_lowercase(), kind })
    }

    fn answer(&self, code: u8, truncated: bool, records: &[Vec<u8>]) -> Vec<u8> {
        let count = u8::try_from(records.len()).expect("few records");
        let flags = [0x81 | if truncated { 2 } else { 0 }, 0x80 | code];
        [&self.id[..], &flags, &[0, 1, 0, count, 0, 0, 0, 0], &self.bytes, &records.concat()].concat()
    }

    /// The addresses that are asked for, each in a record of this owner's.
    fn records(&self, owner: &[u8], addresses: &[IpAddr]) -> Vec<Vec<u8>> {
        let wanted = addresses.iter().filter(|address| address.is_ipv4() == (self.kind == A));
        let record = |address: &IpAddr| match address {
            IpAddr::V4(address) => record(owner, A, &address.octets()),
            IpAddr::V6(address) => record(owner, AAAA, &address.octets()),
        };
        wanted.map(record).collect()
    }

    fn good(&self, addresses: &[IpAddr]) -> Vec<u8> {
        self.answer(0, false, &self.records(SAME, addresses))
    }
}

/// The owner of a record, if it is the name of the question; and another one.
const SAME: &[u8] = &[0xc0, 12];
const OTHER: &[u8] = b"\x05other\x05fault\x07example\0";

fn record(owner: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("short data").to_be_bytes();
    [owner, &kind.to_be_bytes(), &[0, 1, 0, 0, 0, 0], &length, data].concat()
}

impl NameServer {
    /// The one name server of this process.
    pub fn get() -> &'static Arc<NameServer> {
        static SERVER: OnceLock<Arc<NameServer>> = OnceLock::new();
        SERVER.get_or_init(|| {
            let socket = UdpSocket::bind(ADDRESS).expect("the name server's port, in a network of its own");
            let listener = TcpListener::bind(ADDRESS).expect("the name server's port, in a network of its own");
            let server = Arc::new(NameServer { socket, zones: Mutex::default() });
            let (udp, tcp) = (Arc::clone(&server), Arc::clone(&server));
            std::thread::spawn(move || udp.serve());
            std::thread::spawn(move || tcp.serve_tcp(&listener));
            server
        })
    }

    fn zones(&self) -> MutexGuard<'_, Zones> {
        self.zones.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this is what is answered about a name; to what was held back, too.
    pub fn set(self: &Arc<Self>, name: &str, zone: &Zone) {
        let held = {
            let mut zones = self.zones();
            zones.zones.insert(name.to_owned(), zone.clone());
            zones.release(name)
        };
        for (question, from) in held {
            let reply = if question.kind == A { &zone.a } else { &zone.aaaa };
            self.reply(question, reply.clone(), from);
        }
    }

    /// The point is over: a client that still asks learns that there is no such name. Returns how often it was looked up.
    pub fn forget(&self, name: &str) -> usize {
        let mut zones = self.zones();
        zones.zones.remove(name);
        for (question, from) in zones.release(name) {
            self.send(&question.answer(NXDOMAIN, false, &[]), from);
        }
        zones.asked.remove(name).unwrap_or_default()
    }

    fn send(&self, message: &[u8], to: SocketAddr) {
        // The client may have given up.
        let _ = self.socket.send_to(message, to);
    }

    fn serve(self: &Arc<Self>) {
        let mut message = [0; 512];
        while let Ok((length, from)) = self.socket.recv_from(&mut message) {
            let Some(question) = Question::read(&message[..length]) else { continue };
            let reply = {
                let mut zones = self.zones();
                if question.kind == A {
                    *zones.asked.entry(question.name.clone()).or_default() += 1;
                }
                let zone = zones.zones.get(&question.name);
                let reply = zone.map(|zone| if question.kind == A { &zone.a } else { &zone.aaaa }).cloned();
                if let Some(Reply::Held) = reply {
                    zones.held.push((question.clone(), from));
                }
                reply.unwrap_or(Reply::Code(NXDOMAIN))
            };
            self.reply(question, reply, from);
        }
    }

    fn reply(self: &Arc<Self>, mut question: Question, reply: Reply, from: SocketAddr) {
        let message = match reply {
            Reply::Silence | Reply::Held => return,
            Reply::Late(late, addresses) => {
                let server = Arc::clone(self);
                std::thread::spawn(move || {
                    std::thread::sleep(late);
                    server.send(&question.good(&addresses), from);
                });
                return;
            }
            Reply::Addresses(addresses) => question.good(&addresses),
            Reply::Code(code) => question.answer(code, false, &[]),
            Reply::Alias(addresses) => {
                let alias = vec![record(SAME, CNAME, OTHER)];
                question.answer(0, false, &[alias, question.records(OTHER, &addresses)].concat())
            }
            Reply::Circle => question.answer(0, false, &[record(SAME, CNAME, SAME)]),
            Reply::Cut(length, addresses) => {
                let mut message = question.good(&addresses);
                message.truncate(length);
                message
            }
            Reply::OtherNumber(addresses) => {
                question.id[0] ^= 0xff;
                question.good(&addresses)
            }
            Reply::OtherName(addresses) => {
                question.bytes[1] ^= 1;
                question.good(&addresses)
            }
            Reply::Garbage(bytes) => [&question.id[..], &bytes].concat(),
            Reply::Truncated(_) => question.answer(0, true, &[]),
        };
        self.send(&message, from);
    }

    /// The long way: whole answers, for names that say so, and a close for all others.
    fn serve_tcp(&self, listener: &TcpListener) {
        for mut tcp in listener.incoming().flatten() {
            // The system's resolver asks both questions over one connection.
            let mut length = [0; 2];
            while tcp.read_exact(&mut length).is_ok() {
                let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
                if tcp.read_exact(&mut message).is_err() {
                    break;
                }
                let Some(question) = Question::read(&message) else { break };
                let zone = self.zones().zones.get(&question.name).cloned();
                let Some(Zone { a: Reply::Truncated(Some(addresses)), .. }) = zone else { break };
                let answer = question.good(&addresses);
                let length = u16::try_from(answer.len()).expect("a short answer").to_be_bytes();
                if tcp.write_all(&[&length[..], &answer].concat()).is_err() {
                    break;
                }
            }
        }
    }
}
