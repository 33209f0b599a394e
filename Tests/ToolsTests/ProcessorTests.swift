import ApusFiles
import ApusPlan
import ApusRuntime
import Glibc
import TestSupport
import Testing

/// Plans on processors that they were made for, and on others.
@Suite struct ProcessorTests {
    private let folder = TestFolder()

    private func plan(_ target: Target) throws -> String {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let plan = folder.file("\(target.rawValue).plan")
        try #require(try Tool.run("apus-compile", [model, "-o", plan, "--target", target.rawValue]).status == 0)
        return plan
    }

    private func image() throws -> String {
        try folder.write("x.pgm", Array("P5 28 28 255\n".utf8) + (0..<784).map { UInt8($0 * 31 % 256) })
    }

    @Test func aPlanForAnotherProcessorIsRefused() throws {
        let best = Processor.targets[0].rawValue
        #if arch(x86_64)
            let (foreign, needs) = (Target.arm64, "NEON")
        #else
            let (foreign, needs) = (Target.avx2, "AVX2 and FMA")
        #endif
        let plan = try plan(foreign)
        expectFailure(
            try Tool.run("apus-infer", [plan, try image()]),
            "\(plan): the plan is for \(foreign.rawValue) and this processor runs \(best): it has no \(needs); "
                + "compile the model again with --target \(best), or run the plan on a processor with \(needs)")
    }

    // MARK: Lesser processors, by an emulator

    private static let emulator = "/usr/bin/qemu-x86_64"

    /// A tool's answer to an image as an emulated processor gives it.
    private func answer(_ plan: String, on processor: String) throws -> Tool.Result {
        try Tool.run(
            Self.emulator, ["-cpu", processor, Tool.path(of: "apus-infer"), plan, try image(), "--top", "10"])
    }

    #if arch(x86_64)
        @Test(
            .enabled(if: fileExists(emulator), "qemu-user has the emulator"),
            arguments: [("Nehalem", Target.baseline), ("Haswell", .avx2)])
        func anEmulatedProcessorAnswersAsThisOne(_ processor: String, _ target: Target) throws {
            guard Processor.targets.contains(target) else { return }
            let plan = try plan(target)
            let own = try Tool.run("apus-infer", [plan, try image(), "--top", "10"])
            let emulated = try answer(plan, on: processor)
            #expect(own.status == 0 && emulated.status == 0, "\(emulated.error)")
            #expect(emulated.output == own.output)
        }

        @Test(
            .enabled(if: fileExists(emulator), "qemu-user has the emulator"),
            arguments: [
                ("Nehalem", Target.avx2, "x86-64", "AVX2 and FMA"), ("Haswell", .avx512, "x86-64-v3", "AVX-512"),
            ])
        func aLesserProcessorRefusesABetterOnesPlan(
            _ processor: String, _ target: Target, _ best: String, _ needs: String
        ) throws {
            let result = try answer(try plan(target), on: processor)
            #expect(result.status == 1 && result.output == "")
            #expect(
                result.error.contains(
                    "the plan is for \(target.rawValue) and this processor runs \(best): it has no \(needs); compile the "
                        + "model again with --target \(best), or run the plan on a processor with \(needs)"))
        }
    #endif
}
