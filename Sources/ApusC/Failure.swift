internal import ApusCompiler
internal import ApusFiles
internal import ApusGraph
internal import ApusONNX
internal import ApusPlan
internal import ApusRuntime
internal import ApusWeights
internal import CApus

/// Why a call of C fails: what it returns, and the text.
struct Failure: Error, Equatable {
    enum Kind: Equatable {
        case invalidArgument, file, invalidModel, unsupportedModel, wrongTarget, unknownName, outOfMemory, noThread,
            busy

        /// The constant of the header.
        var status: apus_status {
            let number =
                switch self {
                case .invalidArgument: APUS_INVALID_ARGUMENT
                case .file: APUS_FILE_ERROR
                case .invalidModel: APUS_INVALID_MODEL
                case .unsupportedModel: APUS_UNSUPPORTED_MODEL
                case .wrongTarget: APUS_WRONG_TARGET
                case .unknownName: APUS_UNKNOWN_NAME
                case .outOfMemory: APUS_OUT_OF_MEMORY
                case .noThread: APUS_NO_THREAD
                case .busy: APUS_BUSY
                }
            return apus_status(number)
        }
    }

    let kind: Kind
    let text: String

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    static func invalidArgument(_ text: String) -> Failure { Failure(.invalidArgument, text) }
}

// What the library's errors are for a caller of C.

extension Failure {
    init(_ error: FileError) { self.init(.file, error.description) }

    init(_ error: PlanFileError, file: String) {
        self.init(error == .cutShort ? .file : .invalidModel, "\(file): \(error)")
    }

    init(_ error: ModelFileError, file: String) { self.init(.invalidModel, "\(file): \(error)") }

    init(_ error: SafetensorsError, file: String) { self.init(.invalidModel, "\(file): \(error)") }

    /// - Parameter kind: what an error is that is about no name and no node.
    init(_ error: ONNXError, otherwise kind: Kind = .invalidModel) {
        self.init(
            error.isUnknownName ? .unknownName : error.failures.isEmpty ? kind : .unsupportedModel, error.description)
    }

    init(_ error: CompileError, file: String) {
        let kind: Kind =
            switch error {
            // It refuses nothing but names of values.
            case .pass(let error) where error.pass == SelectOutputs([]).name: .unknownName
            case .pass, .lowering: .unsupportedModel
            }
        self.init(kind, "\(file): \(error)")
    }

    init(_ error: SessionError) {
        let kind: Kind =
            switch error {
            case .wrongTarget: .wrongTarget
            case .outOfMemory, .memoryLimit: .outOfMemory
            case .noThread: .noThread
            case .fileCutShort: .file
            case .missingKernel: .invalidModel
            case .unknownPort: .unknownName
            case .unknownTarget, .batchOutOfRange, .wrongElementCount, .wrongElementType, .wrongShape, .missingPort,
                .boundTwice, .otherPlan, .severalPorts, .notDistributable, .lostRank:
                // No function of the header shares a run among processes.
                .invalidArgument
            }
        self.init(kind, error.description)
    }
}
