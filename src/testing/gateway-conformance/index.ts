export { gatewayConformance } from './cases'
export type {
  BroughtBack,
  GatewaySubject,
  SubjectBook,
  SubjectBuyer,
  SubjectCall,
  SubjectWebhooks,
  SubjectWire,
} from './subject'
