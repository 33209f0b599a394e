import ApusFiles
import ApusServing
import ApusToolSupport
import ArgumentParser
import Glibc
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

@main
struct ApusServe: Tool {
    static let configuration = CommandConfiguration(
        commandName: "apus-serve",
        abstract: "Answers requests over HTTP and gRPC: the Open Inference Protocol, version 2.",
        discussion: """
            Models are served under the names of their files, or NAME=FILE or NAME:VERSION=FILE. A model that takes less than 200 µs is \
            answered where its request was read, others by a thread of their own; what waits at the same time shares a batch. \
            SIGTERM ends the server once all that it accepted is answered; SIGHUP loads the models anew, beside those that are served.
            """,
        version: "apus-serve \(apusVersion)")

    @Argument(help: "Model files, plans and ONNX files to serve.")
    var models: [String] = []

    @Option(help: ArgumentHelp("Serve what this folder has too: NAME/VERSION/FILE, or files.", valueName: "folder"))
    var repository: String?

    @Flag(help: "Let requests load and unload models.")
    var allowLoad = false

    @Option(help: ArgumentHelp("Listen on this address; 0.0.0.0 is all of this machine.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: "The port of HTTP; 0 takes one that is free.", transform: integer(in: 0...65_535))
    var port = 8000

    @Option(help: "The port of gRPC; 0 takes one that is free.", transform: integer(in: 0...65_535))
    var grpcPort = 8001

    @Flag(help: "Don't listen for gRPC.")
    var noGrpc = false

    @Option(help: "Event loops (default: one for each processor).", transform: integer(in: 1...256))
    var threads: Int?

    @Option(
        help: "Threads that share a batch of a model that takes long (default: one for each processor).",
        transform: integer(in: 1...256))
    var computeThreads: Int?

    @Option(help: "Samples of the largest batch, and of a request.", transform: integer(in: 1...65_536))
    var maxBatch = 64

    @Option(
        help: ArgumentHelp("How long the first request of a batch waits for others: 200us, 1ms.", valueName: "time"),
        transform: nanoseconds)
    var maxDelay: UInt64 = 0

    @Option(
        help:
            "Requests that may wait for a model, on each event loop or for its thread; others are told to come later.",
        transform: integer(in: 1...1_000_000))
    var maxQueue = 1024

    @Option(
        help: ArgumentHelp("The largest body of a request: 4096, 32K, 64M.", valueName: "bytes"), transform: byteCount)
    var maxRequestBytes = 64 << 20

    @Option(
        help: "Connections that may be open over HTTP, and as many over gRPC.", transform: integer(in: 1...1_000_000))
    var maxConnections = 4096

    @Option(
        help: ArgumentHelp("How long a request may take to come, and to wait for its batch.", valueName: "time"),
        transform: nanoseconds)
    var requestTimeout: UInt64 = 30_000_000_000

    @Option(
        help: ArgumentHelp("How long a connection may be open without a request.", valueName: "time"),
        transform: nanoseconds)
    var idleTimeout: UInt64 = 60_000_000_000

    @Option(
        help: ArgumentHelp(
            "How long connections are still accepted after SIGTERM, while readiness is denied already.",
            valueName: "time"),
        transform: nanoseconds)
    var drainDelay: UInt64 = 500_000_000

    @Option(help: ArgumentHelp("Speak TLS, with the certificates in this PEM file.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The private key of the certificate, in a PEM file.", valueName: "file"))
    var tlsKey: String?

    @Option(help: ArgumentHelp("Ask for the bearer token that is the first line of this file.", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("How the log is written: text or json.", valueName: "text|json"))
    var logFormat = LogFormat.text

    @Option(help: ArgumentHelp("What is logged: debug, info, warning or error.", valueName: "level"))
    var logLevel = LogLevel.info

    @OptionGroup var memoryLimit: MemoryOptions

    enum LogFormat: String, ExpressibleByArgument, CaseIterable { case text, json }
    enum LogLevel: String, ExpressibleByArgument, CaseIterable { case debug, info, warning, error }

    func validate() throws {
        guard !models.isEmpty || repository != nil else {
            throw ValidationError("name a model to serve, or a folder of models with --repository")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together; give both or neither")
        }
        for argument in models where ModelSource(argument: argument) == nil {
            throw ValidationError(
                "'\(argument)' names no model; write FILE, NAME=FILE or NAME:VERSION=FILE, where the name has letters, digits, '.', "
                    + "'_' and '-', and the version is a whole number from 1")
        }
    }

    func run() throws {
        // A client that is gone is an error of its socket, and not the end of the server.
        signal(SIGPIPE, SIG_IGN)
        holdSignals()
        let outcome = Outcome()
        Task.detached {
            do { try await serve() } catch { outcome.error = error }
            outcome.semaphore.signal()
        }
        outcome.semaphore.wait()
        if let error = outcome.error { throw error }
    }

    /// Has signals that come before somebody listens for them wait until then: they would end the program at once. All threads that are
    /// made later do as this one.
    private func holdSignals() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in [SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&signals, number) }
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// The program's main thread waits for this.
    private final class Outcome: @unchecked Sendable {
        let semaphore = Semaphore()
        var error: (any Error)?
    }

    private var options: ServerOptions {
        let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        var options = ServerOptions()
        options.serving.maximumBatch = maxBatch
        options.serving.delay = maxDelay
        options.serving.capacity = maxQueue
        options.serving.loops = threads ?? processors
        options.serving.threads = computeThreads ?? processors
        options.maximumBytes = maxRequestBytes
        options.maximumConnections = maxConnections
        options.requestTimeout = requestTimeout
        options.idleTimeout = idleTimeout
        options.drainDelay = drainDelay
        options.allowsLoading = allowLoad
        return options
    }

    private func serve() async throws {
        let options = options
        var logger = Logger(label: "apus-serve") { _ in LogLines(level: .info, isJSON: logFormat == .json) }
        logger.logLevel = Logger.Level(rawValue: logLevel.rawValue) ?? .info
        let token = try tokenFile.map(readToken)
        let tls = tlsCertificate.flatMap { certificate in tlsKey.map { TLSFiles(certificate: certificate, key: $0) } }
        let repository = try loadedRepository(options, logger)
        let state = ServerState(maximumConnections: options.maximumConnections)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: options.serving.loops)
        var dispatchers: [LoopDispatcher] = []
        for loop in group.makeIterator() { dispatchers.append(LoopDispatcher(loop, index: dispatchers.count)) }

        let server = HTTPServer(
            options, repository: repository, dispatchers: dispatchers, state: state, token: token, logger: logger)
        let channel: any Channel
        do {
            channel = try await server.bind(host: host, port: port, group: group, tls: try tls.map(context))
        } catch let error as ToolError {
            throw error
        } catch {
            throw ToolError("can't listen on \(host), port \(port): \(error); choose another --port, or end who has it")
        }
        var services: [any Service] = [
            HTTPService(server: server, channel: channel, state: state, logger: logger),
            ReloadService(repository: repository, logger: logger),
        ]
        logger.info("listening for HTTP", metadata: ["host": "\(host)", "port": "\(channel.localAddress?.port ?? 0)"])
        if !noGrpc {
            let service = GRPCService(
                InferenceService(options: options, repository: repository, state: state, dispatchers: dispatchers),
                host: channel.localAddress?.ipAddress ?? host, port: grpcPort, group: group, tls: tls, token: token)
            services.append(service)
            Task {
                if let port = try? await service.port {
                    logger.info("listening for gRPC", metadata: ["host": "\(host)", "port": "\(port)"])
                }
            }
        }
        state.begin()
        var quiet = logger
        quiet.logLevel = .error
        let lifecycle = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: Together(services: services), successTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await lifecycle.run()
        // The event loops' threads end with the program.
        logger.info("ended")
    }

    private func loadedRepository(_ options: ServerOptions, _ logger: Logger) throws -> ModelRepository {
        let named = models.compactMap { ModelSource(argument: $0) }
        let folder = repository
        let repository = ModelRepository(
            options: options.serving, find: { named + (folder.map { sources(inFolder: $0) } ?? []) }, read: readServable
        )
        do { try repository.load() } catch { throw ToolError(error.description) }
        for model in repository.all.compactMap(\.model) {
            logger.info(
                "serving",
                metadata: [
                    "model": "\(model.signature.name)", "version": "\(model.signature.version)",
                    "microseconds": "\(model.estimate / 1000)", "batches": "\(model.batches)",
                    "on": model.isAnsweredOnLoop ? "event loops" : "a thread",
                ])
        }
        return repository
    }

    private func readToken(_ path: String) throws -> BearerToken {
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw ToolError(error) }
        guard let token = BearerToken(file: bytes) else {
            throw ToolError(
                "\(path): a token is a line of at least 16 characters without spaces; 'openssl rand -hex 32' makes one")
        }
        return token
    }

    private func context(_ files: TLSFiles) throws -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw ToolError(
                "can't use \(files.certificate) and \(files.key): \(error); give PEM files that belong together")
        }
    }
}
