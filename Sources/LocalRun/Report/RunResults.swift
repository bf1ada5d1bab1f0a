import HostProcess
import JSON
import Logging
import OptimizationAPI

/// The files that tell what a run found: `job.yaml`, the OptimizationJob, and `trials.csv`, a line for each trial.
///
/// They are written as trials start and end, not only at the end of the run: whoever kills it, or the machine, must not take away
/// what hours of training found.
struct RunResults {
    private let directory: RunDirectory
    private let logger: Logger
    private var unwritten: JSONValue?
    private var lastWritten: Duration?

    /// The least time between two writes while the run goes on: a large job has a megabyte to write.
    private static let interval: Duration = .seconds(1)

    init(directory: RunDirectory, logger: Logger) {
        self.directory = directory
        self.logger = logger
    }

    /// Takes in a version of the job that tells more than the one before.
    mutating func take(_ job: JSONValue) {
        unwritten = job
    }

    /// Writes what was taken in since the last time, unless that was a moment ago.
    ///
    /// - Parameter now: Time since the run began.
    mutating func writeWhenDue(at now: Duration) {
        if let lastWritten, now - lastWritten < Self.interval { return }
        guard unwritten != nil else { return }
        lastWritten = now
        writeNow()
    }

    /// Writes what was taken in since the last time. What cannot be written is told in the log; the end of the run tries
    /// again, and tells the user.
    mutating func writeNow() {
        guard let job = unwritten else { return }
        unwritten = nil
        do throws(SystemError) {
            try write(job)
        } catch {
            logger.warning("results not written", metadata: ["error": "\(error)"])
        }
    }

    /// Writes both files, the second even when the first cannot be written.
    ///
    /// - Throws: Why one of them was not written.
    func write(_ job: JSONValue) throws(SystemError) {
        var problem: SystemError?
        let table = (try? OptimizationJob(decoding: job)).map(TrialsTable.csv) ?? ""
        for (name, text) in [("job.yaml", YAMLWriter.write(job)), ("trials.csv", table)] {
            do throws(SystemError) {
                try directory.write(text, to: name)
            } catch {
                problem = problem ?? error
            }
        }
        if let problem { throw problem }
    }
}
