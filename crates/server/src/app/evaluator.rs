//! The thread on which criteria are compiled and evaluated. CEL recurses, so it has a large stack of its own.
//!
//! Invariant: whatever an expression does, its caller waits a bounded time and the server lives on.

use std::collections::HashMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::criteria::expression::Expression;
use domain::criteria::fact::Fact;
use domain::criteria::kleene::{self, Evaluation};
use domain::criterion::Rule;

use super::AppError;

/// The stack of the evaluator's thread, in bytes.
const STACK: usize = 64 << 20;
/// How long a caller waits.
const PATIENCE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce(&mut Compiled) + Send>;

/// Expressions compiled so far, by their source.
#[derive(Debug, Default)]
pub struct Compiled(HashMap<String, Result<Arc<Expression>, String>>);

/// How many compiled expressions are kept.
const KEPT: usize = 1000;

impl Compiled {
    /// Evaluates a rule over facts.
    pub fn evaluate(&mut self, rule: &Rule, facts: &Fact) -> Evaluation {
        if self.0.len() > KEPT {
            self.0.clear();
        }
        let source = rule.source();
        if !self.0.contains_key(source) {
            let compiled = Expression::compile(source).map(Arc::new).map_err(|error| error.message);
            self.0.insert(source.to_owned(), compiled);
        }
        match self.0.get(source) {
            Some(Ok(expression)) => kleene::evaluate(expression, facts),
            Some(Err(error)) => Evaluation::Broken(error.clone()),
            None => Evaluation::Broken("it could not be kept".to_owned()),
        }
    }
}

/// A handle on the thread.
#[derive(Debug)]
pub struct Evaluator {
    jobs: Mutex<Option<Sender<Job>>>,
}

impl Evaluator {
    pub fn start() -> Self {
        Self { jobs: Mutex::new(None) }
    }

    /// Runs a job on the large stack.
    ///
    /// # Errors
    /// A job that takes too long or panics; the thread is then left behind and a new one begun.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Compiled) -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.send(Box::new(move |compiled| {
            // The caller may have given up waiting; then nobody wants the answer.
            let _ = answer.send(job(compiled));
        }))?;
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => {
                self.jobs.lock().map(|mut jobs| jobs.take()).ok();
                Err(AppError::Internal("the criteria took too long to evaluate".to_owned()))
            }
        }
    }

    fn send(&self, job: Job) -> Result<(), AppError> {
        let gone = || AppError::Internal("the evaluator is gone".to_owned());
        let mut jobs = self.jobs.lock().map_err(|_| gone())?;
        let job = match jobs.as_ref() {
            Some(sender) => match sender.send(job) {
                Ok(()) => return Ok(()),
                Err(unsent) => unsent.0,
            },
            None => job,
        };
        let (sender, receiver) = channel::<Job>();
        std::thread::Builder::new()
            .name("criteria".to_owned())
            .stack_size(STACK)
            .spawn(move || {
                let mut compiled = Compiled::default();
                while let Ok(job) = receiver.recv() {
                    job(&mut compiled);
                }
            })
            .map_err(|source| AppError::Io { doing: "start the evaluator's thread", source })?;
        sender.send(job).map_err(|_| gone())?;
        *jobs = Some(sender);
        Ok(())
    }
}
