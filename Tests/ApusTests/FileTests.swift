import Apus
import ApusPlan
import Foundation
import Testing

@Suite("Files of the library")
struct FileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)")

    private func path(_ name: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.appending(path: name).path
    }

    @Test func aPlanComesBackAndItsConstantsAreShared() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try path("x.plan")
        var plan = try makePlan()
        plan.constants = AlignedBytes((0..<1000).map { UInt8(truncatingIfNeeded: $0) })
        try plan.write(to: file)
        let mapped = try Plan(contentsOf: file)
        #expect(mapped == plan)
        let copy = mapped
        #expect(copy.constants.address == mapped.constants.address)
        #expect(UInt(bitPattern: mapped.constants.address) % 64 == 0)
        // Who changes a copy gets bytes of its own.
        var changed = mapped
        changed.constants.append(7)
        #expect(changed.constants.count == 1001 && mapped == plan)
        // The mapping outlives the name.
        try FileManager.default.removeItem(atPath: file)
        #expect(mapped.constants.last == UInt8(truncatingIfNeeded: 999))
    }

    @Test func aModelComesBack() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try path("x.apus")
        let model = Model(graph: try Graph.parse("model m\ninput x: f32[N, 3]\noutput y = relu(x)\n"))
        try model.write(to: file)
        #expect(try Model(contentsOf: file) == model)
    }

    @Test func errorsNameTheFile() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try path("x")
        try Data("hello, world".utf8).write(to: URL(fileURLWithPath: file))
        let wrong = #expect(throws: LoadingError.self) { try Plan(contentsOf: file) }
        #expect(wrong?.description == "\(file): this is not a plan file; make one with apus-compile")
        let missing = #expect(throws: LoadingError.self) { try Model(contentsOf: file + "y") }
        #expect(missing?.description == "\(file)y: can't open it: No such file or directory; check the path")
    }
}
