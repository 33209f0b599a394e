import ApusServing
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads all models anew at each SIGHUP, beside those that are served.
struct ReloadService: Service {
    let repository: ModelRepository
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            logger.info("loading all models anew")
            do {
                try repository.load()
                logger.info("loaded all models anew")
            } catch {
                logger.error(
                    "not every model was loaded anew; the others stay as they were", metadata: ["why": "\(error)"])
            }
        }
    }
}
