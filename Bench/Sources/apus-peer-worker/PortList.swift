import Apus
import Foundation

/// What `ports.json` in a folder of samples says: the arrays that a model takes, with their files, and those that it gives.
struct PortList: Decodable {
    struct Entry: Decodable {
        let name: String
        /// As the language calls it, such as `f32`.
        let type: String
        /// All dimensions, the batch's included.
        let shape: [Int]
        /// The file in the folder, its elements row-major.
        let file: String
    }

    let inputs: [Entry]
    let outputs: [Entry]

    /// The list of a folder.
    static func read(folder: String) throws -> PortList {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder).appendingPathComponent("ports.json"))
        return try JSONDecoder().decode(PortList.self, from: data)
    }
}

extension PortList.Entry {
    private var elements: Int { shape.reduce(1, *) }

    /// Zeros for a port of this name.
    ///
    /// - Throws: ``WorkerError`` where there is no such port, or it has other elements.
    func memory(in ports: [Apus.Port], batch: Int) throws(WorkerError) -> any PortMemory {
        guard let port = ports.first(where: { $0.name == name }) else {
            throw WorkerError("the plan has no '\(name)', but \(ports.map(\.name).joined(separator: ", "))")
        }
        let planned = port.elements(samples: batch)
        guard port.elementType.rawValue == type, planned == elements else {
            throw WorkerError("'\(name)' is \(elements) of \(type), in the plan \(planned) of \(port.typeText)")
        }
        return try zeros(of: port.elementType, count: elements)
    }
}
