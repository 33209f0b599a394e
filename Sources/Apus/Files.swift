public import ApusFiles
public import ApusGraph
public import ApusPlan

/// Why a file can't be read or written.
public enum LoadingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system can't read or write it.
    case file(FileError)
    /// What it holds is not a plan that can be run.
    case plan(PlanFileError, path: String)
    /// What it holds is not a model, or the model can't be stored.
    case model(ModelFileError, path: String)

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .plan(let error, let path): "\(path): \(error)"
        case .model(let error, let path): "\(path): \(error)"
        }
    }
}

extension Plan {
    /// The plan of a file. The file is mapped: its constants are not copied, and the plan, its copies and their sessions share
    /// them, also with other processes.
    public init(contentsOf path: String) throws(LoadingError) {
        let mapped: MappedFile?
        do { mapped = try MappedFile(path) } catch { throw .file(error) }
        do {
            if let mapped {
                self = try PlanFile.decode(mapped)
                return
            }
        } catch { throw .plan(error, path: path) }
        // A pipe, for example, can't be mapped.
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw .file(error) }
        do { self = try PlanFile.decode(bytes) } catch { throw .plan(error, path: path) }
    }

    /// Writes a file that ``init(contentsOf:)`` reads. It appears whole, or not at all.
    public func write(to path: String) throws(LoadingError) {
        do { try PlanFile.write(self, to: path) } catch { throw .file(error) }
    }
}

extension Model {
    /// The model of a file.
    public init(contentsOf path: String) throws(LoadingError) {
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw .file(error) }
        do { self = try ModelFile.decode(bytes) } catch { throw .model(error, path: path) }
    }

    /// Writes a file that ``init(contentsOf:)`` reads. It appears whole, or not at all.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - weights: how parameters are stored.
    /// - Throws: ``LoadingError`` where the model can't be stored, or the system can't write the file.
    public func write(to path: String, weights: ModelFile.WeightFormat = .f32) throws(LoadingError) {
        let bytes: [UInt8]
        do { bytes = try ModelFile.encode(self, weights: weights) } catch { throw .model(error, path: path) }
        do { try writeFile(bytes, to: path) } catch { throw .file(error) }
    }
}
